/// Package URLs (github.com/package-url/purl-spec).
package enum PackageURL {
    /// The package URL of a package of a distribution or of a language.
    package static func text(of package: SoftwarePackage, in system: OperatingSystemRelease) -> String {
        var namespace: [String] = []
        var name = package.name
        var qualifiers: [(String, String)] = []
        switch package.ecosystem {
        case .debian, .alpine, .rpm:
            if !system.id.isEmpty { namespace = [system.id] }
            if let architecture = package.architecture { qualifiers.append(("arch", architecture)) }
            if let epoch = package.epoch { qualifiers.append(("epoch", epoch)) }
            if let source = package.source { qualifiers.append(("upstream", source)) }
            if !system.id.isEmpty {
                qualifiers.append(("distro", system.version.isEmpty ? system.id : "\(system.id)-\(system.version)"))
            }
        case .python:
            // Names of PyPI are equal in this form (PEP 503).
            let parts = name.lowercased().split(omittingEmptySubsequences: false) { "-_.".contains($0) }
            name = parts.enumerated().filter { $0.offset == 0 || !$0.element.isEmpty }.map(\.element).joined(
                separator: "-")
        case .node, .go, .swift:
            let parts = name.split(separator: "/").map(String.init)
            namespace = parts.dropLast()
            name = parts.last ?? name
        case .cargo: break
        }
        return make(package.ecosystem.rawValue, namespace, name, version: package.version, qualifiers)
    }

    /// A package URL from its parts, none of which is encoded yet. Qualifiers are sorted; empty ones are left out.
    package static func make(
        _ type: String, _ namespace: [String], _ name: String, version: String, _ qualifiers: [(String, String)]
    ) -> String {
        var text = "pkg:\(type)"
        for part in namespace + [name] { text += "/" + encoded(part) }
        if !version.isEmpty { text += "@" + encoded(version) }
        let pairs = qualifiers.filter { !$0.1.isEmpty }.sorted { $0.0 < $1.0 }.map { "\($0.0)=\(encoded($0.1))" }
        return pairs.isEmpty ? text : text + "?" + pairs.joined(separator: "&")
    }

    private static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: ":"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
            }
        }
        return result
    }
}
