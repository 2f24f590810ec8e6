import LinuxSystem

/// The distribution, from `os-release` (freedesktop.org).
package struct OperatingSystemRelease: Sendable, Equatable {
    /// `ID`, such as `debian`; empty if unknown.
    package var id = ""
    /// `VERSION_ID`.
    package var version = ""
    /// `PRETTY_NAME`.
    package var name = ""

    package init() {}

    /// Nothing is known of a root without the file.
    init(in root: borrowing RootedDirectory) {
        for path in ["etc/os-release", "usr/lib/os-release"] {
            guard let content = try? KnownFile.content(path, in: root, limit: 1 << 20) else { continue }
            self = OperatingSystemRelease(parsing: content)
            return
        }
    }

    init(parsing content: [UInt8]) {
        for line in content.split(separator: UInt8(ascii: "\n")) {
            guard let text = String(validating: line, as: UTF8.self), let equals = text.firstIndex(of: "=") else {
                continue
            }
            var value = text[text.index(after: equals)...].drop { $0 == " " }
            if let quote = value.first, quote == "\"" || quote == "'" {
                value = value.dropFirst().prefix { $0 != quote }
            }
            switch text[..<equals] {
            case "ID": id = String(value)
            case "VERSION_ID": version = String(value)
            case "PRETTY_NAME": name = String(value)
            default: continue
            }
        }
    }
}
