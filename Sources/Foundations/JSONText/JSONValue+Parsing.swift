extension JSONValue {
    /// The nesting that parsing allows unless told otherwise.
    package static let defaultMaximumDepth = 128

    /// Parses one JSON text, strictly as RFC 8259 has it: exactly one value, white space around it, nothing else.
    ///
    /// As in Go's `encoding/json`, invalid UTF-8 and lone surrogate escapes become U+FFFD, and of a key that occurs
    /// twice in an object the last value counts. The caller bounds the size of the text; its memory is proportional to it.
    ///
    /// - Parameters:
    ///   - maximumDepth: how deep arrays and objects may be nested; more is an error of kind `tooDeep`.
    ///   - refusesDuplicates: whether a key that occurs twice is an error instead.
    package init(
        parsing bytes: [UInt8], maximumDepth: Int = Self.defaultMaximumDepth, refusesDuplicates: Bool = false
    ) throws(JSONError) {
        let result = bytes.withUnsafeBufferPointer { buffer in
            Self.parse(buffer, maximumDepth: maximumDepth, refusesDuplicates: refusesDuplicates)
        }
        self = try result.get()
    }

    /// Parses one JSON text given as a string; otherwise as `init(parsing:maximumDepth:)` of bytes.
    package init(parsing text: String, maximumDepth: Int = Self.defaultMaximumDepth) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), maximumDepth: maximumDepth)
    }

    /// Parses one JSON text out of a part of an array; otherwise as `init(parsing:maximumDepth:)`.
    package init(parsing bytes: ArraySlice<UInt8>, maximumDepth: Int = Self.defaultMaximumDepth) throws(JSONError) {
        let result = bytes.withUnsafeBufferPointer { buffer in
            Self.parse(buffer, maximumDepth: maximumDepth)
        }
        self = try result.get()
    }

    private static func parse(
        _ buffer: UnsafeBufferPointer<UInt8>, maximumDepth: Int, refusesDuplicates: Bool = false
    ) -> Result<JSONValue, JSONError> {
        var parser = JSONParser(text: buffer, maximumDepth: maximumDepth)
        parser.refusesDuplicates = refusesDuplicates
        do throws(JSONError) {
            return .success(try parser.parseDocument())
        } catch {
            return .failure(error)
        }
    }
}
