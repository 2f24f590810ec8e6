/// A place in a text file.
package struct SourceLocation: Sendable, Hashable, Comparable {
    /// Counted from 1.
    package let line: Int
    /// Counted from 1, in Unicode scalars.
    package let column: Int

    /// Both numbers count from 1.
    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// Earlier in the file.
    package static func < (a: SourceLocation, b: SourceLocation) -> Bool {
        (a.line, a.column) < (b.line, b.column)
    }
}

/// A piece of a text file, from `start` up to and without `end`.
package struct SourceRange: Sendable, Hashable {
    /// The first place.
    package let start: SourceLocation
    /// The place behind the last.
    package let end: SourceLocation

    /// The range from `start` up to and without `end`.
    package init(start: SourceLocation, end: SourceLocation) {
        self.start = start
        self.end = end
    }
}
