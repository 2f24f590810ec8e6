import ContentDigest
import HTTPHeaders
import ImageModel
import StreamCompression

// arithmetic: offset: bytes that have arrived

/// A blob being downloaded. If the connection breaks, it requests the rest and continues. If the connection is slow,
/// such as on servers that throttle each connection, and much is left, additional connections fetch the following
/// ranges.
///
/// Never yields more bytes than the descriptor specifies; the reader must verify them.
final class BlobDownload: ByteSource {
    /// The minimum remainder for which additional connections pay off.
    private static let much: Int64 = 32 << 20

    private let blob: Descriptor
    private let place: String
    private let retry: RetryPolicy
    private let fetch: (_ from: Int64, _ to: Int64?) throws -> HTTPResponse
    private let budget: ConnectionBudget?
    private let journal: BlobJournal?
    /// Verifies the whole blob if a part of it comes from an earlier process.
    private let verifier: DigestVerifier?
    private var body: (any ByteSource)?
    /// The number of bytes that were yielded or skipped.
    private var offset: Int64
    private var attempts = TransferAttempts()
    private var isEnded = false
    private var pace = ConnectionRate()
    /// Whether the server may support range requests for the blob.
    private var givesRanges = false
    private var ahead: PrefetchedRanges?
    /// Where to stop reading `body`; nil: at the blob's end.
    private var bodyEnd: Int64?

    /// - Parameters:
    ///   - offset: the number of bytes to skip.
    ///   - budget: additional connections that may be opened; nil: none.
    ///   - fetch: requests the blob from an offset on, up to another one or to its end, and returns the response
    ///     whatever its status.
    init(
        _ blob: Descriptor, place: String, retry: RetryPolicy, from offset: Int64 = 0, journal: BlobJournal?,
        budget: ConnectionBudget? = nil,
        fetch: @escaping (_ from: Int64, _ to: Int64?) throws -> HTTPResponse
    ) {
        self.budget = budget
        self.offset = offset
        self.blob = blob
        self.place = place
        self.retry = retry
        self.journal = journal
        verifier = (journal?.length ?? 0) > 0 ? DigestVerifier(expecting: blob.digest) : nil
        self.fetch = fetch
    }

    /// Connects, so that a missing blob is reported now. Returns the size if it is known.
    func open() throws -> Int64? {
        if let journal, journal.length > 0 { return blob.size }
        while true {
            do {
                let length = try connect()
                return blob.size >= 0 ? blob.size : length
            } catch let error as RegistryError {
                try wait(error)
            }
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        if isEnded { return 0 }
        if let count = try journal?.replay(into: buffer, at: offset), count > 0 {
            return passed(buffer, count)
        }
        while true {
            do {
                if blob.size >= 0, offset == blob.size, body == nil, offset > 0 { return try end() }
                let count = try readOnce(into: buffer)
                if count == 0 { return try end() }
                journal?.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: offset)
                return passed(buffer, count)
            } catch let error as RegistryError where !isEnded {
                (body, bodyEnd, ahead) = (nil, nil, nil)
                try wait(error)
            }
        }
    }

    private func passed(_ buffer: UnsafeMutableRawBufferPointer, _ count: Int) -> Int {
        verifier?.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        offset += Int64(count)
        return count
    }

    private func end() throws -> Int {
        isEnded = true
        body = nil
        guard let verifier, (try? verifier.verify()) == nil else {
            journal?.complete()
            return 0
        }
        journal?.discard()
        throw RegistryError(
            .interrupted, "\(place): the data of an earlier transfer was damaged and has been discarded")
    }

    private func readOnce(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        if body == nil { _ = try connect() }
        guard let body else { return 0 }
        // arithmetic: the end of a part, not below the offset
        let wanted = bodyEnd.map { Int(min($0 - offset, Int64(buffer.count))) } ?? buffer.count
        let before = ContinuousClock.now
        let count = try body.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
        pace.add(count, since: before)
        if count == 0, offset < blob.size {
            throw RegistryError(.interrupted, "\(place): \(offset) of \(blob.size) bytes arrived")
        }
        let reached = offset + Int64(count)
        if blob.size >= 0, reached > blob.size {
            throw RegistryError(.mismatch, "\(place): more than the expected \(blob.size) bytes arrive")
        }
        if reached == bodyEnd { goOn(at: reached) } else { lookAhead(reached) }
        return count
    }

    /// Continues after a range has been read: with a prefetched one, or with a new request at the next read.
    private func goOn(at offset: Int64) {
        let part = ahead?.part(at: offset)
        (body, bodyEnd) = (part?.body, part?.bytes.upperBound)
    }

    /// Opens additional connections if that helps: the current one then ends a little further on.
    private func lookAhead(_ offset: Int64) {
        // arithmetic: size >= offset >= 0
        guard givesRanges, ahead == nil, let budget, blob.size >= offset, blob.size - offset >= Self.much, pace.isSlow
        else { return }
        // What has already arrived on this connection is not fetched again.
        let start = offset + PrefetchedRanges.partSize
        let ranges = PrefetchedRanges(start..<blob.size, budget) { [fetch] in try fetch($0.lowerBound, $0.upperBound) }
        ranges.ask()
        givesRanges = !ranges.isUseless
        if ranges.hasParts { (ahead, bodyEnd) = (ranges, start) }
    }

    /// Requests the rest. Returns the whole blob's size if the server announces it.
    private func connect() throws -> Int64? {
        let response = try fetch(offset, nil)
        pace = ConnectionRate()
        givesRanges = response.status == 206 || response.fields["accept-ranges"]?.lowercased() == "bytes"
        switch response.status {
        case 200:
            try checkLength(response.contentLength)
            body = response.body
            // The server does not support ranges: skip what is already known.
            if offset > 0 { try skip(offset, of: response.body) }
            return response.contentLength
        case 206 where offset > 0:
            let total = try checkRange(response)
            body = response.body
            return total
        case 416:
            throw RegistryError(.mismatch, "\(place): the registry has no more than \(offset) bytes of it")
        default: throw RegistryErrorResponse.error(response).prefixed(place)
        }
    }

    private func checkLength(_ length: Int64?) throws {
        guard let length, blob.size >= 0, length != blob.size else { return }
        throw RegistryError(.mismatch, "\(place): the registry has \(length) bytes, expected \(blob.size)")
    }

    private func checkRange(_ response: HTTPResponse) throws -> Int64? {
        guard let range = ContentRange(response), range.first == offset else {
            throw RegistryError(.malformed, "\(place): the response is not the requested range")
        }
        try checkLength(range.total)
        return range.total
    }

    private func skip(_ count: Int64, of source: any ByteSource) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
        defer { buffer.deallocate() }
        var left = count
        while left > 0 {
            let wanted = Int(min(left, Int64(buffer.count)))
            let got = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
            guard got > 0 else { throw RegistryError(.interrupted, "\(place): the response ends early") }
            left -= Int64(got)
        }
    }

    /// Waits before another attempt; throws if none are left, or it would not help.
    private func wait(_ error: RegistryError) throws {
        guard error.isTemporary else { throw error }
        guard attempts.mayGoOn(from: offset, retry) else { throw error }
        retry.pause(after: attempts.failures, error)
    }
}
