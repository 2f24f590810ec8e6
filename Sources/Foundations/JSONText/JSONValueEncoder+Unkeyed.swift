/// The unkeyed container: appends to its node's array.
struct JSONUnkeyedEncoding: UnkeyedEncodingContainer {
    let node: JSONNode
    let trail: CodingPathNode

    var codingPath: [any CodingKey] { trail.codingPath }

    var count: Int {
        if case .array(let nodes) = node.content { nodes.count } else { 0 }
    }

    private var next: CodingPathNode { trail.appending(count) }

    private func append(_ child: JSONNode) {
        guard case .array(var nodes) = node.content else { return }
        node.content = .empty
        nodes.append(child)
        node.content = .array(nodes)
    }

    private func append(_ value: JSONValue) {
        append(JSONNode(.value(value)))
    }

    func encodeNil() throws { append(.null) }
    func encode(_ value: Bool) throws { append(.bool(value)) }
    func encode(_ value: String) throws { append(.string(value)) }
    func encode(_ value: Double) throws { append(try JSONValueEncoding.number(value, at: next)) }
    func encode(_ value: Float) throws { append(try JSONValueEncoding.number(Double(value), at: next)) }
    func encode(_ value: Int) throws { append(try JSONValueEncoding.number(value, at: next)) }
    func encode(_ value: Int8) throws { append(try JSONValueEncoding.number(value, at: next)) }
    func encode(_ value: Int16) throws { append(try JSONValueEncoding.number(value, at: next)) }
    func encode(_ value: Int32) throws { append(try JSONValueEncoding.number(value, at: next)) }
    func encode(_ value: Int64) throws { append(try JSONValueEncoding.number(value, at: next)) }
    func encode(_ value: UInt) throws { append(try JSONValueEncoding.number(value, at: next)) }
    func encode(_ value: UInt8) throws { append(try JSONValueEncoding.number(value, at: next)) }
    func encode(_ value: UInt16) throws { append(try JSONValueEncoding.number(value, at: next)) }
    func encode(_ value: UInt32) throws { append(try JSONValueEncoding.number(value, at: next)) }
    func encode(_ value: UInt64) throws { append(try JSONValueEncoding.number(value, at: next)) }

    func encode<T: Encodable>(_ value: T) throws {
        append(try JSONValueEncoding.encode(value, at: next))
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        encoding().container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoding().unkeyedContainer() }
    func superEncoder() -> any Encoder { encoding() }

    private func encoding() -> JSONValueEncoding {
        let child = JSONNode()
        let place = next
        append(child)
        return JSONValueEncoding(node: child, trail: place)
    }
}

/// The single-value container: fills its node.
struct JSONSingleEncoding: SingleValueEncodingContainer {
    let node: JSONNode
    let trail: CodingPathNode

    var codingPath: [any CodingKey] { trail.codingPath }

    func encodeNil() throws { node.content = .value(.null) }
    func encode(_ value: Bool) throws { node.content = .value(.bool(value)) }
    func encode(_ value: String) throws { node.content = .value(.string(value)) }
    func encode(_ value: Double) throws { node.content = .value(try JSONValueEncoding.number(value, at: trail)) }
    func encode(_ value: Float) throws { node.content = .value(try JSONValueEncoding.number(Double(value), at: trail)) }
    func encode(_ value: Int) throws { node.content = .value(try JSONValueEncoding.number(value, at: trail)) }
    func encode(_ value: Int8) throws { node.content = .value(try JSONValueEncoding.number(value, at: trail)) }
    func encode(_ value: Int16) throws { node.content = .value(try JSONValueEncoding.number(value, at: trail)) }
    func encode(_ value: Int32) throws { node.content = .value(try JSONValueEncoding.number(value, at: trail)) }
    func encode(_ value: Int64) throws { node.content = .value(try JSONValueEncoding.number(value, at: trail)) }
    func encode(_ value: UInt) throws { node.content = .value(try JSONValueEncoding.number(value, at: trail)) }
    func encode(_ value: UInt8) throws { node.content = .value(try JSONValueEncoding.number(value, at: trail)) }
    func encode(_ value: UInt16) throws { node.content = .value(try JSONValueEncoding.number(value, at: trail)) }
    func encode(_ value: UInt32) throws { node.content = .value(try JSONValueEncoding.number(value, at: trail)) }
    func encode(_ value: UInt64) throws { node.content = .value(try JSONValueEncoding.number(value, at: trail)) }

    func encode<T: Encodable>(_ value: T) throws {
        node.content = try JSONValueEncoding.encode(value, at: trail).content
    }
}
