/// Elements in order, each under a key that is told apart by its bytes, where Swift's strings would take canonically
/// equivalent ones for equal.
struct KeyedList<Element> {
    private(set) var elements: [Element] = []
    private var positions: [ByteKey: Int] = [:]

    subscript(key: String) -> Element? { positions[ByteKey(string: key)].map { elements[$0] } }

    /// Sets the element of `key`: in place when there is one, else at the end.
    mutating func set(_ key: String, to element: Element) {
        if let position = positions[ByteKey(string: key)] {
            elements[position] = element
        } else {
            positions[ByteKey(string: key)] = elements.count
            elements.append(element)
        }
    }
}

extension KeyedList: Sendable where Element: Sendable {}

/// A string that is equal only to the same bytes.
private struct ByteKey: Hashable, Sendable {
    let string: String

    static func == (left: ByteKey, right: ByteKey) -> Bool {
        left.string.utf8.count == right.string.utf8.count && left.string.utf8.elementsEqual(right.string.utf8)
    }

    /// Hashes the bytes themselves: the string's own hash is the same for all canonically equivalent keys.
    func hash(into hasher: inout Hasher) {
        var string = string
        string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
