package import ContentDigest
package import JSONText
package import LinuxSystem

/// A list of packages as SPDX 2.3 (spdx.github.io/spdx-spec/v2.3), in JSON. Equal scans give equal documents, byte for
/// byte, if they have the same time.
package struct SPDXDocument {
    /// What was scanned, for people.
    package var name: String
    /// A package that contains all others: the image. Its digest, if it is known.
    package var digest: Digest?
    package var created: FileTime
    /// The program and its version, such as `swiftlet-1.0`.
    package var tool: String
    package var scan: SoftwareScan

    package init(name: String, digest: Digest?, created: FileTime, tool: String, scan: SoftwareScan) {
        self.name = name
        self.digest = digest
        self.created = created
        self.tool = tool
        self.scan = scan
    }

    package var json: JSONValue {
        let root = "SPDXRef-DocumentRoot"
        var packages = [rootPackage(root)]
        var relationships = [relationship("SPDXRef-DOCUMENT", "DESCRIBES", root)]
        for package in scan.packages {
            let described = describe(package)
            packages.append(described.json)
            relationships.append(relationship(root, "CONTAINS", described.id))
        }
        var object: JSONObject = [
            "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": .string(name),
        ]
        let content = JSONValue.array(packages).serialized()
        let identity = Digest.sha256(of: Array(name.utf8) + [0] + content).hex
        object["documentNamespace"] = .string("https://spdx.org/spdxdocs/swiftlet-\(identity)")
        object["creationInfo"] = [
            "created": .string(Clock.rfc3339(FileTime(seconds: created.seconds))),
            "creators": [.string("Tool: \(tool)")],
        ]
        if !scan.warnings.isEmpty {
            object["comment"] = .string("Not everything was read:\n" + scan.warnings.joined(separator: "\n"))
        }
        object["packages"] = .array(packages)
        object["relationships"] = .array(relationships)
        return .object(object)
    }

    private func rootPackage(_ id: String) -> JSONValue {
        var object: JSONObject = [
            "SPDXID": .string(id), "name": .string(name), "downloadLocation": "NOASSERTION", "filesAnalyzed": false,
            "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION",
            "primaryPackagePurpose": "CONTAINER",
        ]
        if let digest {
            object["versionInfo"] = .string(digest.description)
            let algorithm = digest.algorithm == .sha512 ? "SHA512" : "SHA256"
            object["checksums"] = [["algorithm": .string(algorithm), "checksumValue": .string(digest.hex)]]
        }
        if !scan.system.name.isEmpty { object["summary"] = .string(scan.system.name) }
        return .object(object)
    }

    private func describe(_ package: SoftwarePackage) -> (id: String, json: JSONValue) {
        let address = PackageURL.text(of: package, in: scan.system)
        let identity = Digest.sha256(of: Array(address.utf8) + [0] + package.location.bytes).hex.prefix(24)
        let id = "SPDXRef-Package-\(package.ecosystem.rawValue)-\(identity)"
        var object: JSONObject = ["SPDXID": .string(id), "name": .string(package.name)]
        if !package.version.isEmpty { object["versionInfo"] = .string(package.version) }
        if let supplier = package.supplier, !supplier.isEmpty {
            let kind = package.ecosystem == .rpm ? "Organization" : "Person"
            object["supplier"] = .string("\(kind): \(supplier)")
        }
        object["downloadLocation"] = "NOASSERTION"
        object["filesAnalyzed"] = false
        object["sourceInfo"] = .string("found in \(package.location)")
        object["licenseConcluded"] = "NOASSERTION"
        let license = package.license.flatMap { LicenseExpression.isValid($0) ? $0 : nil }
        object["licenseDeclared"] = .string(license ?? "NOASSERTION")
        if license == nil, let text = package.license, !text.isEmpty {
            object["licenseComments"] = .string("declared as: \(text)")
        }
        object["copyrightText"] = "NOASSERTION"
        object["externalRefs"] = [
            [
                "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                "referenceLocator": .string(address),
            ]
        ]
        return (id, .object(object))
    }

    private func relationship(_ from: String, _ type: String, _ to: String) -> JSONValue {
        [
            "spdxElementId": .string(from), "relationshipType": .string(type), "relatedSpdxElement": .string(to),
        ]
    }
}

/// Whether a declared license can be an SPDX expression: other texts are only quoted.
enum LicenseExpression {
    /// The identifiers that package managers use most (spdx.org/licenses).
    private static let known: Set<String> = [
        "0BSD", "AFL-2.1", "AGPL-3.0-only", "AGPL-3.0-or-later", "Apache-1.1", "Apache-2.0", "Artistic-1.0",
        "Artistic-2.0", "BSD-1-Clause", "BSD-2-Clause", "BSD-3-Clause", "BSD-4-Clause", "BSL-1.0", "BlueOak-1.0.0",
        "CC-BY-3.0", "CC-BY-4.0", "CC0-1.0", "EPL-1.0", "EPL-2.0", "GFDL-1.3-or-later", "GPL-1.0-or-later",
        "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later", "ICU", "ISC", "LGPL-2.0-or-later",
        "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "MIT", "MIT-0", "MPL-1.1",
        "MPL-2.0", "OFL-1.1", "OpenSSL", "PSF-2.0", "PostgreSQL", "Python-2.0", "Unicode-3.0", "Unlicense", "Vim",
        "WTFPL", "X11", "Zlib", "ZPL-2.1", "bzip2-1.0.6", "curl", "libtiff",
    ]

    static func isValid(_ text: String) -> Bool {
        // `A`, or `A AND B OR C` without parentheses and exceptions.
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count % 2 == 1 else { return false }
        for (index, word) in words.enumerated() {
            let isFitting = index % 2 == 0 ? known.contains(String(word)) : word == "AND" || word == "OR"
            if !isFitting { return false }
        }
        return true
    }
}
