import LinuxSystem

/// `path[:name]`, `path:@index` or `path@index`: an image in an OCI image layout, as a directory or an archive.
package struct OCILayoutReference: Sendable, Equatable, CustomStringConvertible {
    /// The directory or archive.
    package let path: String
    /// The value of `org.opencontainers.image.ref.name`.
    package let name: String?
    /// The index in the layout's `index.json`, starting at 0.
    package let index: Int?

    /// Memberwise initializer; validates `name`.
    package init(path: String, name: String? = nil, index: Int? = nil) throws(TransportError) {
        guard !path.isEmpty else {
            throw TransportError(.invalidReference, "invalid reference \"\": the path is missing")
        }
        if let name, !Self.isName(name) {
            throw TransportError(.invalidReference, "invalid image name \"\(name)\" in an OCI layout")
        }
        self.path = path
        self.name = name
        self.index = index
    }

    /// Parses the part after `oci:` or `oci-archive:`. The path ends at the first colon. `path@index` applies only when
    /// no file has that whole name.
    package init(parsing text: String) throws(TransportError) {
        if let colon = text.firstIndex(of: ":") {
            let path = String(text[..<colon])
            let name = String(text[text.index(after: colon)...])
            if name.hasPrefix("@") {
                try self.init(path: path, index: try Self.index(name.dropFirst(), in: text))
            } else {
                try self.init(path: path, name: name.isEmpty ? nil : name)
            }
        } else if let at = text.lastIndex(of: "@"), Self.isDigits(text[text.index(after: at)...]), !Files.exists(text) {
            try self.init(path: String(text[..<at]), index: try Self.index(text[text.index(after: at)...], in: text))
        } else {
            try self.init(path: text)
        }
    }

    /// `path[:name]` or `path:@index`.
    package var description: String {
        if let index { return "\(path):@\(index)" }
        return name.map { "\(path):\($0)" } ?? path
    }

    private static func index(_ digits: Substring, in text: String) throws(TransportError) -> Int {
        guard isDigits(digits), let index = Int(digits) else {
            throw TransportError(.invalidReference, "invalid source index @\(digits) in \"\(text)\"")
        }
        return index
    }

    private static func isDigits(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// The grammar of image-spec, annotations.md, `org.opencontainers.image.ref.name`: components of letters and digits
    /// joined by one of `-._:@+` or by `--`, separated by slashes.
    static func isName(_ name: String) -> Bool {
        let separators = Set("-._:@+".utf8)
        var previous: UInt8 = UInt8(ascii: "/")
        var beforePrevious: UInt8 = 0
        for byte in name.utf8 {
            let isAlphanumeric = isLetterOrDigit(byte)
            guard isAlphanumeric || byte == UInt8(ascii: "/") || separators.contains(byte) else { return false }
            let isDoubleDash = byte == UInt8(ascii: "-") && previous == byte && isLetterOrDigit(beforePrevious)
            guard isAlphanumeric || isLetterOrDigit(previous) || isDoubleDash else { return false }
            (beforePrevious, previous) = (previous, byte)
        }
        return isLetterOrDigit(previous)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
