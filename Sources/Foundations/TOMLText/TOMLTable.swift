/// A table of a TOML document: its keys in the order in which they first occur, each once.
///
/// Looking a key up takes constant time. Keys are told apart by their bytes, as TOML does.
package struct TOMLTable: Sendable {
    /// One key with its value.
    package struct Entry: Sendable, Equatable {
        /// The key, without quotes and escapes.
        package let key: String
        package let value: TOMLValue
        /// Where the key first occurs in the text.
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

    /// A table of these entries; of equal keys the last one counts, at the place of the first.
    package init(_ entries: some Sequence<Entry> = []) {
        for entry in entries { list.set(entry.key, to: entry) }
    }

    /// The entry of `key`; nil when there is none.
    package func entry(_ key: String) -> Entry? { list[key] }

    /// The value of `key`; nil when there is none.
    package subscript(key: String) -> TOMLValue? { list[key]?.value }

    /// The entries of both; of equal keys those of `other` count.
    package func merging(_ other: TOMLTable) -> TOMLTable {
        var result = self
        for entry in other.entries { result.list.set(entry.key, to: entry) }
        return result
    }
}

extension TOMLTable: Equatable {
    /// Whether both have the same keys with equal values, in any order and anywhere in their texts.
    package static func == (left: TOMLTable, right: TOMLTable) -> Bool {
        left.entries.count == right.entries.count && left.entries.allSatisfy { right[$0.key] == $0.value }
    }
}
