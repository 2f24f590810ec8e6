/// A table while its document is being read, with what TOML's rules about defining tables once depend on.
final class TableBuilder {
    /// What brought the table into being.
    enum Origin {
        /// Its own header, or the beginning of the document.
        case header
        /// The header of a table below it; its own may follow.
        case headerBelow
        /// A dotted key; no header may define it any more.
        case dottedKey
    }

    /// What stands under a key.
    enum Node {
        case value(TOMLValue)
        case table(TableBuilder)
        /// What headers in double brackets have made.
        case tables(ArrayBuilder)
    }

    struct Entry {
        let key: TOMLKeyPart
        let node: Node
    }

    /// The tables of an array, in order; there is always a last one.
    final class ArrayBuilder {
        private(set) var tables: [TableBuilder] = []
        private(set) var last: TableBuilder

        init(first: TableBuilder) {
            last = first
            tables = [first]
        }

        func append(_ table: TableBuilder) {
            tables.append(table)
            last = table
        }
    }

    var origin: Origin
    /// How deep the table lies below the root, arrays counted.
    let depth: Int
    private var entries = KeyedList<Entry>()

    init(_ origin: Origin, depth: Int) {
        self.origin = origin
        self.depth = depth
    }

    func entry(_ key: TOMLKeyPart) -> Entry? { entries[key.text] }

    func set(_ key: TOMLKeyPart, to node: Node) {
        entries.set(key.text, to: Entry(key: key, node: node))
    }

    /// The table as a value. Recursion is as deep as tables are nested, which the parser bounds.
    func finished() -> TOMLTable {
        TOMLTable(
            entries.elements.lazy.map { entry in
                TOMLTable.Entry(key: entry.key.text, value: Self.value(entry.node), position: entry.key.position)
            })
    }

    private static func value(_ node: Node) -> TOMLValue {
        switch node {
        case .value(let value): value
        case .table(let table): .table(table.finished())
        case .tables(let array): .array(array.tables.map { .table($0.finished()) })
        }
    }
}

/// One part of a dotted key.
struct TOMLKeyPart {
    let text: String
    let position: TOMLPosition
}
