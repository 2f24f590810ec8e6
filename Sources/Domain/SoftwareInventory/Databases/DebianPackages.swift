import Glibc
import LinuxSystem

/// The installed packages of dpkg: `/var/lib/dpkg/status`, and `status.d` in images without dpkg.
enum DebianPackages {
    private static let limit = 256 << 20

    static func all(in root: borrowing RootedDirectory) throws -> [SoftwarePackage] {
        var packages: [SoftwarePackage] = []
        let status = "var/lib/dpkg/status"
        if let content = try KnownFile.content(status, in: root, limit: limit) {
            packages += listed(in: content, FileLocation(status), needsStatus: true)
        }
        let directory = "var/lib/dpkg/status.d"
        guard let parts = try? root.handle(at: directory).openDirectory() else { return packages }
        for entry in try Files.entries(of: parts) {
            let name = entry.bytes
            // Lists of checksums are beside the descriptions.
            guard !name.suffix(8).elementsEqual(".md5sums".utf8) else { continue }
            let location = FileLocation(Array("\(directory)/".utf8) + name)
            guard let file = try? ScannedFile(opening: entry.name, in: parts.raw, at: location) else { continue }
            packages += listed(in: try file.content(limit: limit), location, needsStatus: false)
        }
        return packages
    }

    /// - Parameter needsStatus: whether a package without `Status` is not installed.
    static func listed(in content: [UInt8], _ location: FileLocation, needsStatus: Bool) -> [SoftwarePackage] {
        let names: Set = ["package", "version", "architecture", "source", "maintainer", "status"]
        return FieldParagraphs.all(in: content, keeping: names).compactMap { fields in
            guard let name = fields["package"], let version = fields["version"], !name.isEmpty else { return nil }
            guard fields["status"]?.hasSuffix(" installed") ?? !needsStatus else { return nil }
            var package = SoftwarePackage(.debian, name: name, version: version, at: location)
            package.architecture = fields["architecture"]
            package.source = fields["source"].map { source(of: $0) }
            package.supplier = fields["maintainer"]
            return package
        }
    }

    /// `NAME (VERSION)` as `NAME@VERSION`.
    private static func source(of text: String) -> String {
        guard let space = text.firstIndex(of: " ") else { return text }
        let version = text[space...].drop { $0 == " " || $0 == "(" }.prefix { $0 != ")" }
        return version.isEmpty ? String(text[..<space]) : "\(text[..<space])@\(version)"
    }
}
