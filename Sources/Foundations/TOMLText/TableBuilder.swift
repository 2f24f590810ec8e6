/// A table that is being parsed, with the state for TOML's rules against redefining tables.
final class TableBuilder {
    /// How the table was created.
    enum Origin {
        /// By its own header, or the beginning of the document.
        case header
        /// Implicitly by the header of a subtable; its own header may follow.
        case headerBelow
        /// By a dotted key; headers may not define it any more.
        case dottedKey
    }

    /// The content of a key.
    enum Node {
        case value(TOMLValue)
        case table(TableBuilder)
        /// Created by headers in double brackets.
        case tables(ArrayBuilder)
    }

    struct Entry {
        let key: TOMLKeyPart
        let node: Node
    }

    /// The tables of an array, in order; never empty.
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
    /// The nesting depth below the root, including arrays.
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

    /// The finished table. The recursion is as deep as tables are nested, which the parser limits.
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

/// A part of a dotted key.
struct TOMLKeyPart {
    let text: String
    let position: TOMLPosition
}
