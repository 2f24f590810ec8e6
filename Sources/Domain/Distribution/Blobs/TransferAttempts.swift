import LinuxSystem

/// Counts the failures of a transfer that can be resumed. Only a limited number may follow each other without
/// substantial progress: a server that sends one byte per connection is not retried forever.
struct TransferAttempts {
    /// The number of bytes that counts as progress.
    private static let progress: Int64 = 1 << 20

    private(set) var failures = 0
    /// The offset at which the failures were last reset.
    private var reached: Int64 = 0

    /// Counts a failure; returns false after too many.
    ///
    /// - Parameter offset: the transfer's current offset.
    mutating func mayGoOn(from offset: Int64, _ policy: RetryPolicy) -> Bool {
        if offset.subtractingSaturated(reached) >= Self.progress {
            failures = 0
            reached = offset
        }
        failures += 1
        return failures <= policy.retries
    }
}
