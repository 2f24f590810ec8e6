// arithmetic: line, lineStart, offset: places in the text, which is in memory

/// What went wrong while reading, writing, encoding or decoding JSON.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The class of failure, for callers that tell them apart.
    package enum Kind: Sendable, Equatable {
        /// The text breaks the grammar of RFC 8259.
        case syntax
        /// Arrays and objects are nested deeper than the caller allows.
        case tooDeep
        /// A number lies outside the range of `Double`, or of the requested integer type.
        case numberOutOfRange
        /// A value has a different type from the requested one.
        case typeMismatch
        /// An object lacks a key that the requested type requires.
        case missingKey
        /// A value has the right JSON type, but the requested type rejects its content.
        case invalidValue
        /// A Swift value has no representation in JSON (for example an infinite number).
        case unencodable
    }

    /// The class of failure.
    package let kind: Kind
    /// What failed, without the location.
    package let message: String
    /// Location in the text, for syntax errors: byte offset, and line and column (in bytes) starting at one.
    package let position: Position?
    /// Location in the decoded or encoded value, like `layers[3].digest`; empty at the top.
    package let path: String

    /// A location in a JSON text.
    package struct Position: Sendable, Equatable {
        /// Bytes from the beginning of the text.
        package let offset: Int
        /// Line number, starting at one.
        package let line: Int
        /// Byte within the line, starting at one.
        package let column: Int
    }

    /// Creates an error; `path` locates it in a value, `position` in a text.
    package init(_ kind: Kind, _ message: String, path: String = "", position: Position? = nil) {
        self.kind = kind
        self.message = message
        self.path = path
        self.position = position
    }

    package var description: String {
        if let position {
            return "invalid JSON at line \(position.line), column \(position.column): \(message)"
        }
        return path.isEmpty ? message : "\(path): \(message)"
    }
}

extension JSONError.Position {
    /// The position of a byte offset in a text.
    init(offset: Int, in text: UnsafeBufferPointer<UInt8>) {
        var line = 1
        var lineStart = 0
        for index in 0..<min(offset, text.count) where text[index] == UInt8(ascii: "\n") {
            line += 1
            lineStart = index + 1
        }
        self.init(offset: offset, line: line, column: offset - lineStart + 1)
    }
}
