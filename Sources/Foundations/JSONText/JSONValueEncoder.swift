/// Encodes `Encodable` values as JSON values.
///
/// Keys keep the order in which they are encoded, which for synthesized conformances is the order of `CodingKeys` (or
/// of the properties); those omit nil optionals. Dictionaries with string keys are sorted by the bytes of their keys,
/// as Go writes them.
package struct JSONValueEncoder: Sendable {
    package init() {}

    /// The JSON value of `value`. Throws `JSONError` with the path to whatever cannot be encoded.
    package func encode(_ value: some Encodable) throws -> JSONValue {
        try JSONValueEncoding.encode(value, at: .top).finished
    }

    /// The compact JSON text of `value`, as `JSONValue.serialized` writes it.
    package func bytes(_ value: some Encodable, escapeHTML: Bool = false) throws -> [UInt8] {
        try encode(value).serialized(escapeHTML: escapeHTML)
    }
}

/// A node of the JSON value under construction, shared by reference among containers and nested encoders.
final class JSONNode {
    enum Content {
        case empty
        case value(JSONValue)
        case array([JSONNode])
        case object(keys: [String], nodes: [JSONNode])
    }

    var content: Content

    init(_ content: Content = .empty) {
        self.content = content
    }

    /// The JSON value; a node in which nothing was encoded is an empty object, as in Foundation.
    var finished: JSONValue {
        switch content {
        case .empty: .object(JSONObject())
        case .value(let value): value
        case .array(let nodes): .array(nodes.map(\.finished))
        case .object(let keys, let nodes): .object(JSONObject(zip(keys, nodes.lazy.map(\.finished))))
        }
    }
}

/// The `Encoder` for one node.
struct JSONValueEncoding: Encoder {
    let node: JSONNode
    let trail: CodingPathNode

    var codingPath: [any CodingKey] { trail.codingPath }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .object = node.content {
        } else {
            node.content = .object(keys: [], nodes: [])
        }
        return KeyedEncodingContainer(JSONKeyedEncoding<Key>(node: node, trail: trail))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .array = node.content {
        } else {
            node.content = .array([])
        }
        return JSONUnkeyedEncoding(node: node, trail: trail)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        JSONSingleEncoding(node: node, trail: trail)
    }

    /// Encodes any value into a node of its own.
    static func encode<T: Encodable>(_ value: T, at trail: CodingPathNode) throws -> JSONNode {
        if let value = try shortcut(value) { return JSONNode(.value(value)) }
        let node = JSONNode()
        do {
            if let dictionary = value as? any StringKeyedDictionary {
                try dictionary.encodeSorted(into: node, at: trail)
            } else {
                try value.encode(to: JSONValueEncoding(node: node, trail: trail))
            }
        } catch {
            throw trail.locate(error)
        }
        return node
    }

    /// Encodes the common types without a container.
    private static func shortcut<T: Encodable>(_ value: T) throws -> JSONValue? {
        switch value {
        case let value as JSONValue: value
        case let value as String: .string(value)
        case let value as [String]: .array(value.map { .string($0) })
        case let value as JSONObject: .object(value)
        default: nil
        }
    }

    /// A number that JSON can represent: up to 64 bits exactly, larger ones only if a double holds them exactly.
    static func number(_ value: some BinaryInteger, at trail: CodingPathNode) throws -> JSONValue {
        if let value = Int64(exactly: value) { return .integer(value) }
        if let value = UInt64(exactly: value) { return .unsigned(value) }
        if let value = Double(exactly: value) { return .double(value) }
        throw JSONError(.unencodable, "the integer \(value) does not fit", path: trail.path)
    }

    static func number(_ value: Double, at trail: CodingPathNode) throws -> JSONValue {
        guard value.isFinite else {
            throw JSONError(.unencodable, "the number \(value) is not finite", path: trail.path)
        }
        return .double(value)
    }
}

/// Dictionaries with string keys: encoded sorted, whereas Swift's own conformance leaves the order undefined.
protocol StringKeyedDictionary {
    func encodeSorted(into node: JSONNode, at trail: CodingPathNode) throws
}

extension Dictionary: StringKeyedDictionary where Key == String, Value: Encodable {
    func encodeSorted(into node: JSONNode, at trail: CodingPathNode) throws {
        let keys = keys.sorted { $0.precedesByBytes($1) }
        var nodes: [JSONNode] = []
        nodes.reserveCapacity(keys.count)
        for key in keys {
            guard let value = self[key] else { continue }
            nodes.append(try JSONValueEncoding.encode(value, at: trail.appending(key)))
        }
        node.content = .object(keys: keys, nodes: nodes)
    }
}
