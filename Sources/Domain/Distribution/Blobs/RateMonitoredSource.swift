import StreamCompression

/// Passes bytes through, and ends early if they move too slowly.
final class RateMonitoredSource: ByteSource {
    /// How long a slow transfer is tolerated.
    private static let patience = Duration.seconds(5)
    /// The rate in bytes per second below which it is slow.
    private static let slow = 8.0 * 1024 * 1024

    private let upstream: any ByteSource
    private let start = ContinuousClock.now
    private var count: Int64 = 0
    /// Whether it ended before its underlying source.
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
