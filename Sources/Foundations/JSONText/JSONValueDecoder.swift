/// Decodes `Decodable` values from JSON values.
///
/// As in Go, `null` counts as absent: optionals are nil, arrays, dictionaries and objects are empty. Keys unknown to
/// the type are ignored. Errors are `JSONError`s that carry the path and what was expected.
package struct JSONValueDecoder: Sendable {
    /// Whether keys also match case-insensitively when there is no exact match, as in Go.
    package var ignoresCaseOfKeys = false

    package init(ignoresCaseOfKeys: Bool = false) {
        self.ignoresCaseOfKeys = ignoresCaseOfKeys
    }

    /// Decodes a value. Throws `JSONError`.
    package func decode<T: Decodable>(_ type: T.Type, from value: JSONValue) throws -> T {
        try JSONValueDecoding(value: value, trail: .top, options: self).decode(type)
    }

    /// Parses a JSON text and decodes its value. Throws `JSONError`.
    package func decode<T: Decodable>(_ type: T.Type, from text: [UInt8]) throws -> T {
        try decode(type, from: JSONValue(parsing: text))
    }
}

/// The `Decoder` for one element.
struct JSONValueDecoding: Decoder {
    let value: JSONValue
    let trail: CodingPathNode
    let options: JSONValueDecoder

    var codingPath: [any CodingKey] { trail.codingPath }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let object: JSONObject
        switch value {
        case .object(let value): object = value
        case .null: object = JSONObject()
        default: throw mismatch("an object")
        }
        return KeyedDecodingContainer(JSONKeyedDecoding<Key>(object: object, trail: trail, options: options))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let elements: [JSONValue]
        switch value {
        case .array(let value): elements = value
        case .null: elements = []
        default: throw mismatch("an array")
        }
        return JSONUnkeyedDecoding(elements: elements, trail: trail, options: options)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        JSONSingleDecoding(place: self)
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        if type == JSONValue.self, let result = value as? T { return result }
        if type == String.self, let result = try string() as? T { return result }
        do {
            return try T(from: self)
        } catch let error as JSONError where !error.path.isEmpty {
            throw error
        } catch {
            throw trail.locate(error)
        }
    }

    func bool() throws -> Bool {
        guard case .bool(let value) = value else { throw mismatch("a boolean") }
        return value
    }

    func string() throws -> String {
        guard case .string(let value) = value else { throw mismatch("a string") }
        return value
    }

    func double() throws -> Double {
        guard let value = value.double else { throw mismatch("a number") }
        return value
    }

    func integer<T: FixedWidthInteger>() throws -> T {
        switch value {
        case .integer(let value):
            if let result = T(exactly: value) { return result }
        case .unsigned(let value):
            if let result = T(exactly: value) { return result }
        case .double(let value):
            if let result = T(exactly: value) { return result }
        default:
            throw mismatch("an integer")
        }
        throw JSONError(.numberOutOfRange, "the number \(value) is not an integer or is out of range", path: trail.path)
    }

    private func mismatch(_ expected: String) -> JSONError {
        JSONError(.typeMismatch, "expected \(expected), found \(value.kindDescription)", path: trail.path)
    }
}
