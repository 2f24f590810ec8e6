/// Why an archive could not be read, written or reassembled.
package struct TarError: Error, Sendable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// The bytes violate the format.
        case malformed
        /// The stream ended within a header or a file's content.
        case truncated
        /// The archive exceeds ``TarLimits``.
        case limitExceeded
        /// The format cannot express the entry.
        case unrepresentable
        /// Content does not have the recorded size or checksum.
        case mismatch
        /// The caller used a reader or writer in the wrong order.
        case misuse
    }

    package let kind: Kind
    package let message: String
    /// The byte offset in the stream of the faulty header or line; nil when not applicable.
    package let offset: Int64?
    /// The entry's name, for display only; nil when unknown.
    package let entry: String?

    package init(_ kind: Kind, _ message: String, offset: Int64? = nil, entry: String? = nil) {
        self.kind = kind
        self.message = message
        self.offset = offset
        self.entry = entry
    }

    package var description: String {
        var text =
            switch kind {
            case .malformed: "invalid tar header"
            case .truncated: "truncated tar archive"
            case .limitExceeded: "tar archive exceeds a limit"
            case .unrepresentable: "cannot write tar entry"
            case .mismatch: "tar content mismatch"
            case .misuse: "tar stream misused"
            }
        if let entry { text += kind == .unrepresentable ? " \(entry)" : " for \(entry)" }
        if let offset { text += " at offset \(offset)" }
        return "\(text): \(message)"
    }

    /// A name as displayed in errors: quoted, control characters escaped, truncated.
    static func shown(_ name: [UInt8]) -> String {
        let cut = name.count > 200 ? Array(name.prefix(200)) : name
        var text = "\""
        for scalar in String(decoding: cut, as: UTF8.self).unicodeScalars {
            text += scalar.escaped(asASCII: false)
        }
        return text + (name.count > 200 ? "...\"" : "\"")
    }
}
