extension FixedWidthInteger {
    /// The sum, clamped to the type's range.
    package func addingSaturated(_ other: Self) -> Self {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? (other < 0 ? .min : .max) : sum
    }

    /// The difference, clamped to the type's range.
    package func subtractingSaturated(_ other: Self) -> Self {
        let (difference, overflows) = subtractingReportingOverflow(other)
        guard overflows else { return difference }
        return Self.isSigned && other < 0 ? .max : .min
    }
}

extension Sequence where Element: FixedWidthInteger {
    /// The sum of sizes from untrusted input: negative ones count as 0, and the sum saturates instead of overflowing.
    package func sumOfSizes() -> Element { reduce(0) { $0.addingSaturated(Swift.max($1, 0)) } }
}
