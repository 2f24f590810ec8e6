/// The keyed container: looks keys up in an object.
struct JSONKeyedDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let object: JSONObject
    let trail: CodingPathNode
    let options: JSONValueDecoder

    var codingPath: [any CodingKey] { trail.codingPath }
    var allKeys: [Key] { object.keys.compactMap { Key(stringValue: $0) } }

    private func lookUp(_ key: Key) -> JSONValue? {
        if let value = object[key.stringValue] { return value }
        guard options.ignoresCaseOfKeys else { return nil }
        let wanted = key.stringValue
        return object.keys.first { Self.isSame($0, wanted) }.flatMap { object[$0] }
    }

    /// Whether both are the same but for the case of ASCII letters; quick, since there may be very many keys.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8) { lowercased($0) == lowercased($1) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    private func place(_ key: Key) throws -> JSONValueDecoding {
        guard let value = lookUp(key) else {
            throw JSONError(.missingKey, "the key \"\(key.stringValue)\" is missing", path: trail.path)
        }
        return JSONValueDecoding(value: value, trail: trail.appending(key.stringValue), options: options)
    }

    func contains(_ key: Key) -> Bool { lookUp(key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { lookUp(key)?.isNull ?? true }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try place(key).bool() }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try place(key).string() }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try place(key).double() }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { Float(try place(key).double()) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try place(key).integer() }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try place(key).integer() }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try place(key).integer() }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try place(key).integer() }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try place(key).integer() }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try place(key).integer() }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try place(key).integer() }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try place(key).integer() }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try place(key).integer() }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try place(key).integer() }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try place(key).decode(type) }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try place(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try place(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        JSONValueDecoding(value: object["super"] ?? .null, trail: trail.appending("super"), options: options)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { try place(key) }
}
