/// The unkeyed container: walks through an array.
struct JSONUnkeyedDecoding: UnkeyedDecodingContainer {
    let elements: [JSONValue]
    let trail: CodingPathNode
    let options: JSONValueDecoder
    private(set) var currentIndex = 0

    init(elements: [JSONValue], trail: CodingPathNode, options: JSONValueDecoder) {
        self.elements = elements
        self.trail = trail
        self.options = options
    }

    var codingPath: [any CodingKey] { trail.codingPath }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    private mutating func next() throws -> JSONValueDecoding {
        guard !isAtEnd else {
            throw JSONError(.missingKey, "the array has only \(elements.count) elements", path: trail.path)
        }
        defer { currentIndex += 1 }
        return JSONValueDecoding(
            value: elements[currentIndex], trail: trail.appending(currentIndex), options: options)
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, elements[currentIndex].isNull else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try next().bool() }
    mutating func decode(_ type: String.Type) throws -> String { try next().string() }
    mutating func decode(_ type: Double.Type) throws -> Double { try next().double() }
    mutating func decode(_ type: Float.Type) throws -> Float { Float(try next().double()) }
    mutating func decode(_ type: Int.Type) throws -> Int { try next().integer() }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try next().integer() }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try next().integer() }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try next().integer() }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try next().integer() }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try next().integer() }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try next().integer() }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try next().integer() }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try next().integer() }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try next().integer() }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try next().decode(type) }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { try next() }
}

/// The single-value container: the value itself.
struct JSONSingleDecoding: SingleValueDecodingContainer {
    let place: JSONValueDecoding

    var codingPath: [any CodingKey] { place.codingPath }

    func decodeNil() -> Bool { place.value.isNull }
    func decode(_ type: Bool.Type) throws -> Bool { try place.bool() }
    func decode(_ type: String.Type) throws -> String { try place.string() }
    func decode(_ type: Double.Type) throws -> Double { try place.double() }
    func decode(_ type: Float.Type) throws -> Float { Float(try place.double()) }
    func decode(_ type: Int.Type) throws -> Int { try place.integer() }
    func decode(_ type: Int8.Type) throws -> Int8 { try place.integer() }
    func decode(_ type: Int16.Type) throws -> Int16 { try place.integer() }
    func decode(_ type: Int32.Type) throws -> Int32 { try place.integer() }
    func decode(_ type: Int64.Type) throws -> Int64 { try place.integer() }
    func decode(_ type: UInt.Type) throws -> UInt { try place.integer() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try place.integer() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try place.integer() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try place.integer() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try place.integer() }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try place.decode(type) }
}
