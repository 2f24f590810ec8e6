import ContentDigest
import HTTPHeaders
import ImageModel
import StreamCompression

// arithmetic: offset: bytes that have arrived

/// A blob on its way from a server. When the connection breaks it asks for the rest, and goes on. When the connection is
/// slow, as those of servers are that give each a share, and much is left, further connections fetch what comes next.
///
/// No more bytes come out than the descriptor promises; whether they are the right ones is for the reader to check.
final class BlobDownload: ByteSource {
    /// So much must be left for further connections to be worth while.
    private static let much: Int64 = 32 << 20

    private let blob: Descriptor
    private let place: String
    private let retry: RetryPolicy
    private let fetch: (_ from: Int64, _ to: Int64?) throws -> HTTPResponse
    private let budget: ConnectionBudget?
    private let journal: BlobJournal?
    /// Checks the whole blob when a part of it comes from an earlier process.
    private let verifier: DigestVerifier?
    private var body: (any ByteSource)?
    /// Bytes that have come out, or need not.
    private var offset: Int64
    private var attempts = TransferAttempts()
    private var isEnded = false
    private var pace = ConnectionRate()
    /// Whether the server may have parts of the blob to give.
    private var givesRanges = false
    private var ahead: PrefetchedRanges?
    /// Where what `body` gives ends to be of use; nil: at the blob's end.
    private var bodyEnd: Int64?

    /// - Parameters:
    ///   - offset: how much of the blob need not come.
    ///   - budget: further connections that may be opened; nil: none.
    ///   - fetch: asks for the blob from an offset on, up to another one or to its end, and gives the answer whatever its
    ///     status.
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

    /// Connects, so that a blob that is not there is told now. Returns the size if it is known.
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
            .interrupted, "\(place): what was kept of an earlier transfer was damaged, and has been thrown away")
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

    /// A part of the blob has been read: what follows is under way already, or is asked for with the next read.
    private func goOn(at offset: Int64) {
        let part = ahead?.part(at: offset)
        (body, bodyEnd) = (part?.body, part?.bytes.upperBound)
    }

    /// Opens further connections where that helps: the present one then ends a little further on.
    private func lookAhead(_ offset: Int64) {
        // arithmetic: size >= offset >= 0
        guard givesRanges, ahead == nil, let budget, blob.size >= offset, blob.size - offset >= Self.much, pace.isSlow
        else { return }
        // What has arrived on this connection already is not fetched again.
        let start = offset + PrefetchedRanges.partSize
        let ranges = PrefetchedRanges(start..<blob.size, budget) { [fetch] in try fetch($0.lowerBound, $0.upperBound) }
        ranges.ask()
        givesRanges = !ranges.isUseless
        if ranges.hasParts { (ahead, bodyEnd) = (ranges, start) }
    }

    /// Asks for the rest. Returns the whole blob's length if the server says it.
    private func connect() throws -> Int64? {
        let response = try fetch(offset, nil)
        pace = ConnectionRate()
        givesRanges = response.status == 206 || response.fields["accept-ranges"]?.lowercased() == "bytes"
        switch response.status {
        case 200:
            try checkLength(response.contentLength)
            body = response.body
            // The server does not do ranges: what is known already goes by once more.
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
            throw RegistryError(.malformed, "\(place): the answer is not the range asked for")
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
            guard got > 0 else { throw RegistryError(.interrupted, "\(place): the answer ends early") }
            left -= Int64(got)
        }
    }

    /// Waits before another attempt; throws when there is none, or it would not help.
    private func wait(_ error: RegistryError) throws {
        guard error.isTemporary else { throw error }
        guard attempts.mayGoOn(from: offset, retry) else { throw error }
        retry.pause(after: attempts.failures, error)
    }
}
