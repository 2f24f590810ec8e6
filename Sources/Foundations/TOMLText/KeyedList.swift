/// Ordered elements with keys that are compared by their bytes, whereas Swift's strings treat canonically equivalent
/// ones as equal.
struct KeyedList<Element> {
    private(set) var elements: [Element] = []
    private var positions: [ByteKey: Int] = [:]

    subscript(key: String) -> Element? { positions[ByteKey(string: key)].map { elements[$0] } }

    /// Sets the element for `key`: replaces an existing one in place, otherwise appends it.
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

/// A string that only equals the same bytes.
private struct ByteKey: Hashable, Sendable {
    let string: String

    static func == (left: ByteKey, right: ByteKey) -> Bool {
        left.string.utf8.count == right.string.utf8.count && left.string.utf8.elementsEqual(right.string.utf8)
    }

    /// Hashes the bytes: the string's own hash is the same for all canonically equivalent keys.
    func hash(into hasher: inout Hasher) {
        var string = string
        string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
