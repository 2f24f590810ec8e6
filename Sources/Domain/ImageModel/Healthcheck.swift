/// How to check a container's health (Docker's `Healthcheck`). Times are in nanoseconds; absent fields take the default
/// of whatever runs the container.
package struct Healthcheck: Hashable, Codable, Sendable {
    /// `["NONE"]`, `["CMD", arguments...]` or `["CMD-SHELL", command]`; empty inherits.
    package var test: [String]?
    /// Time between checks.
    package var interval: Int64?
    /// Timeout of one check.
    package var timeout: Int64?
    /// Startup time during which failures do not count.
    package var startPeriod: Int64?
    /// Time between checks during the start period.
    package var startInterval: Int64?
    /// Consecutive failures that make a container unhealthy.
    package var retries: Int?

    private enum CodingKeys: String, CodingKey {
        case test = "Test"
        case interval = "Interval"
        case timeout = "Timeout"
        case startPeriod = "StartPeriod"
        case startInterval = "StartInterval"
        case retries = "Retries"
    }

    /// Memberwise initializer.
    package init(
        test: [String]? = nil, interval: Int64? = nil, timeout: Int64? = nil, startPeriod: Int64? = nil,
        startInterval: Int64? = nil, retries: Int? = nil
    ) {
        self.test = test
        self.interval = interval
        self.timeout = timeout
        self.startPeriod = startPeriod
        self.startInterval = startInterval
        self.retries = retries
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(test.nonEmpty, forKey: .test)
        try container.encodeIfPresent(interval.nonZero, forKey: .interval)
        try container.encodeIfPresent(timeout.nonZero, forKey: .timeout)
        try container.encodeIfPresent(startPeriod.nonZero, forKey: .startPeriod)
        try container.encodeIfPresent(startInterval.nonZero, forKey: .startInterval)
        try container.encodeIfPresent(retries.nonZero, forKey: .retries)
    }
}

extension Optional where Wrapped: BinaryInteger {
    /// Go's `omitempty` for numbers.
    fileprivate var nonZero: Wrapped? {
        self == 0 ? nil : self
    }
}
