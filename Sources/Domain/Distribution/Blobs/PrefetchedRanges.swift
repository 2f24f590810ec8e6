import HTTPHeaders
import StreamCompression
import Synchronization

// arithmetic: next: at most the size of the blob, of which that much has arrived
// arithmetic: bytes: what a read gave
// arithmetic: left: connections

/// Parts of a blob that are fetched on connections of their own while the part before them is still being read.
///
/// Needs no threads: each part is no larger than what a connection may hold until somebody reads it.
final class PrefetchedRanges {
    /// One of the parts.
    struct Part {
        let bytes: Range<Int64>
        let body: any ByteSource
    }

    /// Bytes in one part.
    static let partSize = Int64(HTTPExchange.highWater)

    private let budget: ConnectionBudget
    private let fetch: (Range<Int64>) throws -> HTTPResponse
    private let end: Int64
    private var next: Int64
    private var parts: [Part] = []
    private var isRefused = false

    /// - Parameter fetch: asks for a part, and gives the answer whatever its status.
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

    /// Whether the server does not give parts.
    var isUseless: Bool { isRefused && parts.isEmpty }

    /// Whether anything is on its way.
    var hasParts: Bool { !parts.isEmpty }

    /// Asks for as many parts as there may be connections. That one is not to be had is no failure: whoever reads gets
    /// there in the end.
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

    /// The part that begins at `offset`, and asks for more; nil where there is none.
    func part(at offset: Int64) -> Part? {
        guard parts.first?.bytes.lowerBound == offset else { return nil }
        let part = parts.removeFirst()
        budget.giveBack()
        ask()
        return part
    }
}

/// Connections to one registry beyond those that are in use anyway.
final class ConnectionBudget: Sendable {
    /// Fewer than a server would mind.
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

/// Tells whether a connection holds its reader up: it is slow, and not because of the reader.
struct ConnectionRate {
    /// How long a connection is watched first.
    private static let patience = Duration.seconds(1)
    /// Bytes a second that are enough.
    private static let enough = 16.0 * 1024 * 1024

    private var start = ContinuousClock.now
    private var waited = Duration.zero
    private var count: Int64 = 0

    /// Bytes were waited for since `before`.
    mutating func add(_ bytes: Int, since before: ContinuousClock.Instant) {
        waited += ContinuousClock.now - before
        count += Int64(bytes)
    }

    var isSlow: Bool {
        let elapsed = ContinuousClock.now - start
        return elapsed > Self.patience && waited * 2 > elapsed && Double(count) < Self.enough * (elapsed / .seconds(1))
    }
}
