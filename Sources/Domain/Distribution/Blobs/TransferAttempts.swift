import LinuxSystem

/// Failures of a transfer that goes on where it stopped. Only so many may follow each other without much arriving between
/// them: a server that gives a byte for each connection is not listened to for ever.
struct TransferAttempts {
    /// So many bytes make a connection count as a good one.
    private static let progress: Int64 = 1 << 20

    private(set) var failures = 0
    /// How far the transfer had come when failures were last forgiven.
    private var reached: Int64 = 0

    /// Counts a failure; false where there have been too many.
    ///
    /// - Parameter offset: how far the transfer has come.
    mutating func mayGoOn(from offset: Int64, _ policy: RetryPolicy) -> Bool {
        if offset.subtractingSaturated(reached) >= Self.progress {
            failures = 0
            reached = offset
        }
        failures += 1
        return failures <= policy.retries
    }
}
