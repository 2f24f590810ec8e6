/// A table of a TOML document: its unique keys in the order of their first occurrence.
///
/// Lookup takes constant time. Keys are compared by their bytes, as in TOML.
package struct TOMLTable: Sendable {
    /// A key with its value.
    package struct Entry: Sendable, Equatable {
        /// The key, without quotes and with escapes decoded.
        package let key: String
        package let value: TOMLValue
        /// The position of the key's first occurrence in the text.
        package let position: TOMLPosition

        package init(key: String, value: TOMLValue, position: TOMLPosition) {
            self.key = key
            self.value = value
            self.position = position
        }
    }

    /// The entries, in order.
    package var entries: [Entry] { list.elements }
    private var list = KeyedList<Entry>()

    /// Creates a table of these entries; of equal keys the last one wins, at the position of the first.
    package init(_ entries: some Sequence<Entry> = []) {
        for entry in entries { list.set(entry.key, to: entry) }
    }

    /// The entry for `key`; nil if there is none.
    package func entry(_ key: String) -> Entry? { list[key] }

    /// The value for `key`; nil if there is none.
    package subscript(key: String) -> TOMLValue? { list[key]?.value }

    /// The entries of both; for equal keys those of `other` win.
    package func merging(_ other: TOMLTable) -> TOMLTable {
        var result = self
        for entry in other.entries { result.list.set(entry.key, to: entry) }
        return result
    }
}

extension TOMLTable: Equatable {
    /// Whether both have the same keys with equal values, regardless of order and positions.
    package static func == (left: TOMLTable, right: TOMLTable) -> Bool {
        left.entries.count == right.entries.count && left.entries.allSatisfy { right[$0.key] == $0.value }
    }
}
