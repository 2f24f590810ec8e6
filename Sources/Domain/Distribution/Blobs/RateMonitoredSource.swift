import StreamCompression

/// Passes bytes on as long as they move fast, and then ends early.
final class RateMonitoredSource: ByteSource {
    /// How long a slow transfer is watched before it counts as one.
    private static let patience = Duration.seconds(5)
    /// Bytes a second below which it does.
    private static let slow = 8.0 * 1024 * 1024

    private let upstream: any ByteSource
    private let start = ContinuousClock.now
    private var count: Int64 = 0
    /// Whether there is more than what came out.
    private(set) var hasEndedEarly = false

    init(_ upstream: any ByteSource) {
        self.upstream = upstream
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let elapsed = ContinuousClock.now - start
        if hasEndedEarly || (elapsed > Self.patience && Double(count) < Self.slow * (elapsed / .seconds(1))) {
            hasEndedEarly = true
            return 0
        }
        let read = try upstream.read(into: buffer)
        count += Int64(read)
        return read
    }
}
