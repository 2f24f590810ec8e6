extension FixedWidthInteger {
    /// The sum, or the number nearest to it that there is.
    package func addingSaturated(_ other: Self) -> Self {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (other < 0 ? .min : .max) : sum
    }

    /// The difference, or the number nearest to it that there is.
    package func subtractingSaturated(_ other: Self) -> Self {
        let (difference, overflows) = subtractingReportingOverflow(other)
        guard overflows else { return difference }
        return Self.isSigned && other < 0 ? .max : .min
    }
}

extension Sequence where Element: FixedWidthInteger {
    /// The sum of sizes that somebody else wrote down: negative ones count for nothing, and it never overflows.
    package func sumOfSizes() -> Element { reduce(0) { $0.addingSaturated(Swift.max($1, 0)) } }
}
