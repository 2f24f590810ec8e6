/// Aligns tab-separated text in columns as Go's text/tabwriter does.
///
/// A cell ends at a tab; text after the last tab of a line belongs to no column. A column is a run of adjacent lines
/// that have a cell there, so that separate blocks are aligned independently. Widths are counted in Unicode scalars.
package struct TableWriter: Sendable {
    private let minimumWidth: Int
    private let padding: Int
    private var lines: [[Substring]] = []
    private var widths: [Int] = []
    private var output = ""

    /// Columns are at least `minimumWidth` wide and have at least `padding` spaces after their longest cell. The
    /// defaults are Podman's; Buildah's and Docker's image lists use 0 or 10, and 3.
    package init(minimumWidth: Int = 12, padding: Int = 2) {
        self.minimumWidth = minimumWidth
        self.padding = padding
    }

    /// Adds a line from its cells. They must not contain tabs or newlines.
    package mutating func addRow(_ cells: [String]) {
        lines.append(cells.map { $0[...] })
    }

    /// Adds lines of tab-separated text.
    package mutating func addText(_ text: String) {
        var text = text[...]
        if text.hasSuffix("\n") { text = text.dropLast() }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            lines.append(line.split(separator: "\t", omittingEmptySubsequences: false))
        }
    }

    /// The aligned text, each line with a newline.
    package func rendered() -> String {
        var copy = self
        _ = copy.format(from: 0, to: lines.count)
        return copy.output
    }

    private mutating func format(from start: Int, to end: Int) -> Int {
        let column = widths.count
        var first = start
        var line = start
        while line < end {
            guard column < lines[line].count - 1 else {
                line += 1
                continue
            }
            write(first, line)
            first = line
            var width = minimumWidth
            while line < end, column < lines[line].count - 1 {
                width = max(width, lines[line][column].unicodeScalars.count + padding)
                line += 1
            }
            widths.append(width)
            first = format(from: first, to: line)
            widths.removeLast()
        }
        write(first, end)
        return end
    }

    private mutating func write(_ start: Int, _ end: Int) {
        for line in lines[start..<max(start, end)] {
            for (column, cell) in line.enumerated() {
                output += cell
                guard column < widths.count, column < line.count - 1 else { continue }
                output += String(repeating: " ", count: max(0, widths[column] - cell.unicodeScalars.count))
            }
            output += "\n"
        }
    }
}
