import Glibc

// arithmetic: failures: no more than the user wants

/// How often temporary failures are retried, and after which delay.
package struct RetryPolicy: Sendable, Equatable {
    /// Attempts after the first.
    package var retries: Int
    /// Seconds before the first retry; nil: a fraction of a second, doubled each time.
    package var delay: Int?

    /// The maximum delay in seconds, whatever a server asks for.
    private static let longestPause = 60.0

    package init(retries: Int = 4, delay: Int? = nil) {
        self.retries = retries
        self.delay = delay
    }

    /// Runs `body` until it succeeds or fails permanently; `isRepeatable` decides whether to retry after an error.
    package func run<Result>(_ body: () throws -> Result) throws -> Result {
        var failures = 0
        while true {
            do {
                return try body()
            } catch let error as RegistryError where error.isTemporary && failures < retries {
                failures += 1
                pause(after: failures, error)
            }
        }
    }

    /// Waits before the next attempt: as long as the server asked for, otherwise with exponential backoff and jitter,
    /// so that many clients do not retry simultaneously.
    func pause(after failures: Int, _ error: RegistryError) {
        let doubled = (delay.map(Double.init) ?? 0.2) * Double(1 << min(max(failures - 1, 0), 10))
        let wanted = error.retryAfter.map(Double.init) ?? doubled * Double.random(in: 0.75...1.25)
        usleep(UInt32(min(max(wanted, 0), Self.longestPause) * 1_000_000))  // arithmetic: 0 to 60 million
    }
}
