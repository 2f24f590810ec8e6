/// A JSON object: unique keys in the order in which they were first set.
///
/// Lookup takes constant time in large objects; small ones are searched linearly, which is faster. Keys are compared by
/// their bytes, as in JSON, not by Unicode equivalence as Swift's strings are.
package struct JSONObject: Sendable {
    /// The keys, in order.
    package private(set) var keys: [String] = []
    /// The values, in the order of `keys`.
    package private(set) var values: [JSONValue] = []
    /// Positions by key; kept only for objects larger than `searchLimit`.
    private var positions: [ByteKey: Int] = [:]

    private static let searchLimit = 20

    /// An empty object.
    package init() {}

    /// An object of these pairs. For duplicate keys the last value wins, at the position of the first.
    package init(_ pairs: some Sequence<(String, JSONValue)>) {
        for (key, value) in pairs {
            set(key, to: value)
        }
    }

    /// The number of keys.
    package var count: Int { keys.count }

    /// Whether there are no keys.
    package var isEmpty: Bool { keys.isEmpty }

    /// The value of a key; nil when absent (a JSON `null` is `.null`). Setting an absent key appends it, setting nil
    /// removes it.
    package subscript(key: String) -> JSONValue? {
        get {
            position(of: key).map { values[$0] }
        }
        set {
            if let newValue {
                set(key, to: newValue)
            } else {
                remove(key)
            }
        }
    }

    /// Sets a key: in place when present, otherwise appended.
    package mutating func set(_ key: String, to value: JSONValue) {
        if let position = position(of: key) {
            values[position] = value
            return
        }
        keys.append(key)
        values.append(value)
        if keys.count > Self.searchLimit {
            indexLastKey()
        }
    }

    /// Removes a key and returns its value, or nil when it was absent. Takes time linear in the size of the object.
    @discardableResult
    package mutating func remove(_ key: String) -> JSONValue? {
        guard let position = position(of: key) else { return nil }
        keys.remove(at: position)
        let value = values.remove(at: position)
        positions.removeAll()
        if keys.count > Self.searchLimit {
            indexLastKey()
        }
        return value
    }

    /// Whether the key is present, even if its value is `null`.
    package func contains(_ key: String) -> Bool {
        position(of: key) != nil
    }

    private func position(of key: String) -> Int? {
        if keys.count > Self.searchLimit {
            return positions[ByteKey(string: key)]
        }
        for index in keys.indices where Self.sameBytes(keys[index], key) {
            return index
        }
        return nil
    }

    private mutating func indexLastKey() {
        if positions.isEmpty {
            for (index, key) in keys.enumerated() {
                positions[ByteKey(string: key)] = index
            }
        } else if let last = keys.last {
            positions[ByteKey(string: last)] = keys.count - 1
        }
    }

    /// Whether two strings have the same bytes; `==` also treats canonically equivalent strings as equal.
    static func sameBytes(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        let isSame = left.utf8.withContiguousStorageIfAvailable { left in
            right.utf8.withContiguousStorageIfAvailable { left.elementsEqual($0) }
        }
        return (isSame ?? nil) ?? left.utf8.elementsEqual(right.utf8)
    }

    /// A string compared by its bytes.
    private struct ByteKey: Hashable, Sendable {
        let string: String

        static func == (left: ByteKey, right: ByteKey) -> Bool {
            JSONObject.sameBytes(left.string, right.string)
        }

        /// By the bytes too: of strings that are canonically equivalent there are as many as a stranger likes, and
        /// Swift's own hash is the same for all of them.
        func hash(into hasher: inout Hasher) {
            let isDone: Void? = string.utf8.withContiguousStorageIfAvailable {
                hasher.combine(bytes: UnsafeRawBufferPointer($0))
            }
            if isDone == nil { for byte in string.utf8 { hasher.combine(byte) } }
        }
    }
}

extension JSONObject: Equatable {
    /// Whether both have the same keys with equal values, in any order.
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        return left.allSatisfy { right[$0.key] == $0.value }
    }
}

extension JSONObject: Sequence {
    /// The pairs in order.
    package func makeIterator() -> AnyIterator<(key: String, value: JSONValue)> {
        var index = 0
        return AnyIterator {
            guard index < keys.count else { return nil }
            defer { index += 1 }  // arithmetic: a place in memory
            return (keys[index], values[index])
        }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements)
    }
}
