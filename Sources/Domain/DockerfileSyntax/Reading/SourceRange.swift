/// A location in a text file.
package struct SourceLocation: Sendable, Hashable, Comparable {
    /// Starting at 1.
    package let line: Int
    /// Starting at 1, in Unicode scalars.
    package let column: Int

    /// Both numbers start at 1.
    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// Whether `a` is earlier in the file.
    package static func < (a: SourceLocation, b: SourceLocation) -> Bool {
        (a.line, a.column) < (b.line, b.column)
    }
}

/// A range in a text file, from `start` up to but excluding `end`.
package struct SourceRange: Sendable, Hashable {
    /// The first location.
    package let start: SourceLocation
    /// The location after the last.
    package let end: SourceLocation

    /// The range from `start` up to but excluding `end`.
    package init(start: SourceLocation, end: SourceLocation) {
        self.start = start
        self.end = end
    }
}
