/// The keyed container: appends to its node's object.
struct JSONKeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: JSONNode
    let trail: CodingPathNode

    var codingPath: [any CodingKey] { trail.codingPath }

    private func append(_ child: JSONNode, _ key: Key) {
        guard case .object(var keys, var nodes) = node.content else { return }
        node.content = .empty
        keys.append(key.stringValue)
        nodes.append(child)
        node.content = .object(keys: keys, nodes: nodes)
    }

    private func append(_ value: JSONValue, _ key: Key) {
        append(JSONNode(.value(value)), key)
    }

    private func at(_ key: Key) -> CodingPathNode {
        trail.appending(key.stringValue)
    }

    func encodeNil(forKey key: Key) throws { append(.null, key) }
    func encode(_ value: Bool, forKey key: Key) throws { append(.bool(value), key) }
    func encode(_ value: String, forKey key: Key) throws { append(.string(value), key) }
    func encode(_ value: Double, forKey key: Key) throws {
        append(try JSONValueEncoding.number(value, at: at(key)), key)
    }

    func encode(_ value: Float, forKey key: Key) throws {
        append(try JSONValueEncoding.number(Double(value), at: at(key)), key)
    }

    func encode(_ value: Int, forKey key: Key) throws { append(try JSONValueEncoding.number(value, at: at(key)), key) }
    func encode(_ value: Int8, forKey key: Key) throws { append(try JSONValueEncoding.number(value, at: at(key)), key) }
    func encode(_ value: Int16, forKey key: Key) throws {
        append(try JSONValueEncoding.number(value, at: at(key)), key)
    }
    func encode(_ value: Int32, forKey key: Key) throws {
        append(try JSONValueEncoding.number(value, at: at(key)), key)
    }
    func encode(_ value: Int64, forKey key: Key) throws {
        append(try JSONValueEncoding.number(value, at: at(key)), key)
    }
    func encode(_ value: UInt, forKey key: Key) throws { append(try JSONValueEncoding.number(value, at: at(key)), key) }
    func encode(_ value: UInt8, forKey key: Key) throws {
        append(try JSONValueEncoding.number(value, at: at(key)), key)
    }
    func encode(_ value: UInt16, forKey key: Key) throws {
        append(try JSONValueEncoding.number(value, at: at(key)), key)
    }
    func encode(_ value: UInt32, forKey key: Key) throws {
        append(try JSONValueEncoding.number(value, at: at(key)), key)
    }
    func encode(_ value: UInt64, forKey key: Key) throws {
        append(try JSONValueEncoding.number(value, at: at(key)), key)
    }

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        append(try JSONValueEncoding.encode(value, at: at(key)), key)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        encoding(forKey: key).container(keyedBy: keyType)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        encoding(forKey: key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        let child = JSONNode()
        if let key = Key(stringValue: "super") { append(child, key) }
        return JSONValueEncoding(node: child, trail: trail.appending("super"))
    }

    func superEncoder(forKey key: Key) -> any Encoder { encoding(forKey: key) }

    private func encoding(forKey key: Key) -> JSONValueEncoding {
        let child = JSONNode()
        append(child, key)
        return JSONValueEncoding(node: child, trail: at(key))
    }
}
