/// How many positional arguments a command takes.
package struct ArgumentCount: Sendable, Equatable {
    /// The least number.
    package let minimum: Int
    /// No upper bound if nil.
    package let maximum: Int?

    /// Between `minimum` and `maximum` arguments; any number from `minimum` on if `maximum` is nil.
    package init(minimum: Int, maximum: Int?) {
        self.minimum = minimum
        self.maximum = maximum
    }

    /// Any number, also none.
    package static let any = ArgumentCount(minimum: 0, maximum: nil)
    /// No argument at all.
    package static let none = ArgumentCount(minimum: 0, maximum: 0)
    /// Exactly `count`.
    package static func exactly(_ count: Int) -> ArgumentCount { .init(minimum: count, maximum: count) }
    /// `count` or more.
    package static func atLeast(_ count: Int) -> ArgumentCount { .init(minimum: count, maximum: nil) }
    /// `count` or fewer.
    package static func atMost(_ count: Int) -> ArgumentCount { .init(minimum: 0, maximum: count) }
    /// Within `range`.
    package static func between(_ range: ClosedRange<Int>) -> ArgumentCount {
        .init(minimum: range.lowerBound, maximum: range.upperBound)
    }

    /// Cobra's wording of what is wrong with `received` arguments, or nil if nothing is.
    func complaint(received: Int) -> String? {
        if received >= minimum, received <= maximum ?? received { return nil }
        guard let maximum else { return "requires at least \(minimum) arg(s), only received \(received)" }
        if minimum == maximum { return "accepts \(minimum) arg(s), received \(received)" }
        if minimum == 0 { return "accepts at most \(maximum) arg(s), received \(received)" }
        return "accepts between \(minimum) and \(maximum) arg(s), received \(received)"
    }
}
