/// A table of left-aligned columns, separated by three spaces, as in lists of related tools.
struct TextTable {
    private var rows: [[String]]

    init(header: [String]?) {
        rows = header.map { [$0] } ?? []
    }

    mutating func add(_ row: [String]) {
        rows.append(row)
    }

    /// The lines, without trailing spaces.
    var lines: [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                if column < row.count - 1 { line += String(repeating: " ", count: widths[column] - cell.count + 3) }
            }
            return line
        }
    }
}
