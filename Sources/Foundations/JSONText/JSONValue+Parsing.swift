extension JSONValue {
    /// The default limit on nesting.
    package static let defaultMaximumDepth = 128

    /// Parses one JSON text, strictly per RFC 8259: exactly one value, optionally surrounded by white space.
    ///
    /// As in Go's `encoding/json`, invalid UTF-8 and lone surrogate escapes become U+FFFD, and the last value of a
    /// duplicate key wins. The caller limits the size of the text; memory use is proportional to it.
    ///
    /// - Parameters:
    ///   - maximumDepth: how deep arrays and objects may be nested; deeper nesting is an error of kind `tooDeep`.
    ///   - refusesDuplicates: whether a duplicate key is an error instead.
    package init(
        parsing bytes: [UInt8], maximumDepth: Int = Self.defaultMaximumDepth, refusesDuplicates: Bool = false
    ) throws(JSONError) {
        let result = bytes.withUnsafeBufferPointer { buffer in
            Self.parse(buffer, maximumDepth: maximumDepth, refusesDuplicates: refusesDuplicates)
        }
        self = try result.get()
    }

    /// Parses one JSON text from a string; otherwise like `init(parsing:maximumDepth:)` for bytes.
    package init(parsing text: String, maximumDepth: Int = Self.defaultMaximumDepth) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), maximumDepth: maximumDepth)
    }

    /// Parses one JSON text from a slice of an array; otherwise like `init(parsing:maximumDepth:)`.
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
