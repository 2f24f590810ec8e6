/// How many positional arguments a command takes.
package struct ArgumentCount: Sendable, Equatable {
    /// The minimum.
    package let minimum: Int
    /// The maximum; nil if unlimited.
    package let maximum: Int?

    /// Between `minimum` and `maximum` arguments; at least `minimum` if `maximum` is nil.
    package init(minimum: Int, maximum: Int?) {
        self.minimum = minimum
        self.maximum = maximum
    }

    /// Any number, including none.
    package static let any = ArgumentCount(minimum: 0, maximum: nil)
    /// No arguments.
    package static let none = ArgumentCount(minimum: 0, maximum: 0)
    /// Exactly `count`.
    package static func exactly(_ count: Int) -> ArgumentCount { .init(minimum: count, maximum: count) }
    /// At least `count`.
    package static func atLeast(_ count: Int) -> ArgumentCount { .init(minimum: count, maximum: nil) }
    /// At most `count`.
    package static func atMost(_ count: Int) -> ArgumentCount { .init(minimum: 0, maximum: count) }
    /// A number in `range`.
    package static func between(_ range: ClosedRange<Int>) -> ArgumentCount {
        .init(minimum: range.lowerBound, maximum: range.upperBound)
    }

    /// Cobra's error message for `received` arguments, or nil if the number is allowed.
    func complaint(received: Int) -> String? {
        if received >= minimum, received <= maximum ?? received { return nil }
        guard let maximum else { return "requires at least \(minimum) arg(s), only received \(received)" }
        if minimum == maximum { return "accepts \(minimum) arg(s), received \(received)" }
        if minimum == 0 { return "accepts at most \(maximum) arg(s), received \(received)" }
        return "accepts between \(minimum) and \(maximum) arg(s), received \(received)"
    }
}
