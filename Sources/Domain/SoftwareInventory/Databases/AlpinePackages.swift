import LinuxSystem

/// The installed packages of apk: `lib/apk/db/installed` (Alpine's wiki, "Apk spec").
enum AlpinePackages {
    static func all(in root: borrowing RootedDirectory) throws -> [SoftwarePackage] {
        // `/lib` may be a link to `/usr/lib`.
        for path in ["lib/apk/db/installed", "usr/lib/apk/db/installed"] {
            guard let content = try KnownFile.content(path, in: root, limit: 256 << 20) else { continue }
            return listed(in: content, FileLocation(path))
        }
        return []
    }

    static func listed(in content: [UInt8], _ location: FileLocation) -> [SoftwarePackage] {
        var packages: [SoftwarePackage] = []
        var fields: [UInt8: String] = [:]
        func finish() {
            if let name = fields[UInt8(ascii: "P")], let version = fields[UInt8(ascii: "V")], !name.isEmpty {
                var package = SoftwarePackage(.alpine, name: name, version: version, at: location)
                package.architecture = fields[UInt8(ascii: "A")]
                package.license = fields[UInt8(ascii: "L")]
                package.supplier = fields[UInt8(ascii: "m")]
                if let origin = fields[UInt8(ascii: "o")], origin != name { package.source = origin }
                packages.append(package)
            }
            fields = [:]
        }
        for line in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            guard let key = line.first else {
                finish()
                continue
            }
            let isField = line.count > 1 && line[line.index(after: line.startIndex)] == UInt8(ascii: ":")
            // The upper-case fields of files (F, R, Z, ...) repeat; those of packages come first.
            guard isField, "PVALmo".utf8.contains(key), fields[key] == nil else { continue }
            fields[key] = String(decoding: line.dropFirst(2), as: UTF8.self)
        }
        finish()
        return packages
    }
}
