import HTTPHeaders
import StreamCompression
import Synchronization

// arithmetic: next: at most the size of the blob, of which that much has arrived
// arithmetic: bytes: what a read gave
// arithmetic: left: connections

/// Ranges of a blob, fetched on separate connections while the preceding range is being read.
///
/// Needs no threads: a range is no larger than what a connection buffers until somebody reads it.
final class PrefetchedRanges {
    /// One of the ranges.
    struct Part {
        let bytes: Range<Int64>
        let body: any ByteSource
    }

    /// The size of a range in bytes.
    static let partSize = Int64(HTTPExchange.highWater)

    private let budget: ConnectionBudget
    private let fetch: (Range<Int64>) throws -> HTTPResponse
    private let end: Int64
    private var next: Int64
    private var parts: [Part] = []
    private var isRefused = false

    /// - Parameter fetch: requests a range, and returns the response whatever its status.
    init(
        _ bytes: Range<Int64>, _ budget: ConnectionBudget, fetch: @escaping (Range<Int64>) throws -> HTTPResponse
    ) {
        next = bytes.lowerBound
        end = bytes.upperBound
        self.budget = budget
        self.fetch = fetch
    }

    deinit {
        for _ in parts { budget.giveBack() }
    }

    /// Whether the server does not serve ranges.
    var isUseless: Bool { isRefused && parts.isEmpty }

    /// Whether any range has been requested.
    var hasParts: Bool { !parts.isEmpty }

    /// Requests as many ranges as connections are allowed. Failures are ignored: the reader will reach the range
    /// anyway.
    func ask() {
        while !isRefused, next < end, budget.take() {
            let bytes = next..<min(next + Self.partSize, end)
            guard let response = try? fetch(bytes), response.status == 206,
                ContentRange(response)?.first == bytes.lowerBound
            else {
                isRefused = true
                return budget.giveBack()
            }
            parts.append(Part(bytes: bytes, body: response.body))
            next = bytes.upperBound
        }
    }

    /// Takes the range that begins at `offset`, and requests more; nil if there is none.
    func part(at offset: Int64) -> Part? {
        guard parts.first?.bytes.lowerBound == offset else { return nil }
        let part = parts.removeFirst()
        budget.giveBack()
        ask()
        return part
    }
}

/// Additional connections to a registry, beyond those in use anyway.
final class ConnectionBudget: Sendable {
    /// Few enough for servers to tolerate.
    private let left = Mutex(4)

    func take() -> Bool {
        left.withLock { left in
            guard left > 0 else { return false }
            left -= 1
            return true
        }
    }

    func giveBack() {
        left.withLock { $0 += 1 }  // arithmetic: what was taken
    }
}

/// Measures whether a connection delays its reader: it is slow, and not because of the reader.
struct ConnectionRate {
    /// The minimum time to observe a connection.
    private static let patience = Duration.seconds(1)
    /// The rate in bytes per second that is fast enough.
    private static let enough = 16.0 * 1024 * 1024

    private var start = ContinuousClock.now
    private var waited = Duration.zero
    private var count: Int64 = 0

    /// Accounts for bytes that were waited for since `before`.
    mutating func add(_ bytes: Int, since before: ContinuousClock.Instant) {
        waited += ContinuousClock.now - before
        count += Int64(bytes)
    }

    var isSlow: Bool {
        let elapsed = ContinuousClock.now - start
        return elapsed > Self.patience && waited * 2 > elapsed && Double(count) < Self.enough * (elapsed / .seconds(1))
    }
}
