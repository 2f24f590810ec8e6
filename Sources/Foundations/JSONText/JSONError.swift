/// What went wrong while reading, writing, encoding or decoding JSON.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The class of failure, for callers that tell them apart.
    package enum Kind: Sendable, Equatable {
        /// The text breaks the grammar of RFC 8259.
        case syntax
        /// Arrays and objects are nested deeper than the caller allows.
        case tooDeep
        /// A number lies outside what a `Double`, or the wanted integer type, can hold.
        case numberOutOfRange
        /// A value is of another type than the one wanted.
        case typeMismatch
        /// An object lacks a key that the wanted type requires.
        case missingKey
        /// A value has the right JSON type, but the wanted type refuses its content.
        case invalidValue
        /// A Swift value has no representation in JSON (for example an infinite number).
        case unencodable
    }

    /// The class of failure.
    package let kind: Kind
    /// What failed, without the place.
    package let message: String
    /// Where in the text, for syntax errors: byte offset, line and column (of bytes), the latter two from one.
    package let position: Position?
    /// Where in the decoded or encoded value, like `layers[3].digest`; empty at the top.
    package let path: String

    /// A place in a JSON text.
    package struct Position: Sendable, Equatable {
        /// Bytes from the beginning of the text.
        package let offset: Int
        /// Line, from one.
        package let line: Int
        /// Byte within the line, from one.
        package let column: Int
    }

    /// Makes an error; `path` names the place in a value, `position` the place in a text.
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
