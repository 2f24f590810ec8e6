import ContentDigest
import HTTPHeaders
import ImageModel
import ImageTransports
import StreamCompression

// arithmetic: offset, byteCount: at most HTTPNumber.limit, and what has been read

/// Uploads one blob to a registry, over as many connections as needed.
///
/// It starts with a single request of unknown length, which every registry supports. Data that the registry kept of a
/// broken request is not sent again, not even by a later process (distribution-spec 1.1, "Resuming an Upload"). The
/// rest is then sent in chunks that the registry confirms, and so is a blob that is too large for one request, or whose
/// transfer is slow: many registries keep nothing of a broken request. A registry that accepts neither gets the blob in
/// the request that closes the upload.
final class BlobUpload {
    /// How the bytes are sent.
    enum Form: Equatable {
        /// In one request, which ends early if it is slow and the rest can follow in chunks; its length is then
        /// unknown.
        case stream(endsWhenSlow: Bool)
        /// In requests of this many bytes.
        case chunks(Int)
        /// In the request that closes the upload, with the blob's length and digest.
        case monolithic
    }

    /// An upload session opened by the registry.
    struct Session {
        var address: WebAddress
        /// The number of bytes that the registry has.
        var offset: Int64 = 0
        /// Whether some of them come from an earlier attempt.
        var isContinued = false
        /// The number of requests in this attempt that transferred some of the blob.
        var parts = 0
    }

    /// The attempt failed in a way that another attempt can avoid.
    struct RestartUpload: Error {
        let cause: RegistryError
        /// Whether the registry has a part more of the blob than after any earlier attempt.
        var hasProgress = false
    }

    /// How many seconds a registry may take to close an upload: it reads the blob again.
    static let closingPatience = 900
    static let chunkSize = 8 << 20
    static let chunkSizes = (1 << 20)...(64 << 20)
    /// The size of the smallest parts for a registry that confirms only some of what it is sent.
    static let smallestPart = 64 << 10

    let client: RegistryClient
    let repository: String
    let offer: BlobOffer
    let record: UploadRecord?
    var form = Form.stream(endsWhenSlow: true)
    var session: Session?
    /// The digest for closing the upload, once it is known.
    var digest: Digest?
    var chunkMinimum = 0
    var evasions = 0
    /// The largest number of bytes that the registry has confirmed instead of all that it was sent.
    var confirmed: Int64 = 0
    /// Whether the ranges that the registry confirms are of no use.
    var hasUselessRanges = false

    init(_ offer: BlobOffer, to client: RegistryClient, _ repository: String, records: String?) {
        self.client = client
        self.repository = repository
        self.offer = offer
        digest = offer.expected?.digest
        if offer.identity == nil { form = .stream(endsWhenSlow: false) }
        record = offer.identity.flatMap { identity in
            records.flatMap { UploadRecord(of: identity, to: repository, on: client.host, in: $0) }
        }
    }

    /// Uploads the blob.
    func run() throws -> (digest: Digest, size: Int64) {
        var attempts = TransferAttempts()
        // Each one reads the blob from its beginning.
        var restarts = 0
        while true {
            do {
                let result = try attempt()
                record?.remove()
                return result
            } catch let failure as RestartUpload where offer.identity != nil && evasions < 8 && restarts < 256 {
                restarts += 1
                if !failure.hasProgress { evasions += 1 }
            } catch let failure as RestartUpload {
                giveUp(failure.cause)
                throw failure.cause
            } catch let error as RegistryError where error.isTemporary && offer.identity != nil {
                guard attempts.mayGoOn(from: session?.offset ?? 0, client.retry) else {
                    giveUp(error)
                    throw error
                }
                client.retry.pause(after: attempts.failures, error)
            } catch {
                giveUp(error)
                throw error
            }
        }
    }

    /// Leaves the upload to a later process if that can resume it, and otherwise cancels it.
    private func giveUp(_ error: any Error) {
        if let error = error as? RegistryError, error.isTemporary, let record, record.location != nil { return }
        if let session { client.cancelUpload(session.address, in: repository) }
        record?.remove()
    }

    private func attempt() throws -> (digest: Digest, size: Int64) {
        if form == .monolithic { return try sendMonolithic() }
        if let size = try open() { return size }
        let source = DigestingSource(try offer.open(), expected: offer.expected)
        try skip(source)
        var isComplete = false
        if case .stream(let endsWhenSlow) = form, session?.offset == 0 {
            isComplete = try sendStream(source, endsWhenSlow: endsWhenSlow)
        }
        if !isComplete { try sendChunks(source) }
        let found = try source.finish()
        digest = found
        try close(found)
        return (found, source.byteCount)
    }

    // MARK: Opening

    /// Resumes an upload or opens one. Returns the blob if the registry turns out to have it.
    private func open() throws -> (digest: Digest, size: Int64)? {
        let known = session?.address ?? record?.location
        let wasHere = session != nil
        session = nil
        if offer.identity != nil, let known, known.hasSameOrigin(as: try client.base()) {
            session = try status(of: known)
            if session != nil { return nil }
            hasUselessRanges = hasUselessRanges || confirmed > 0
            // Maybe the last part arrived, and only the response was lost.
            if let digest, let size = try client.blobSize(digest, in: repository), size >= 0 { return (digest, size) }
            // This registry keeps nothing of a broken request.
            if wasHere, form == .stream(endsWhenSlow: true) { form = .chunks(Self.chunkSize) }
            record?.clear()
        }
        try begin()
        note()
        return nil
    }

    func begin() throws {
        let opened = try client.retry.run { try client.startUpload(in: repository) }
        session = Session(address: opened.address)
        chunkMinimum = opened.chunkMinimum ?? 0
    }

    func note() {
        guard let session, let record, (try? client.base())?.hasSameOrigin(as: session.address) == true else { return }
        record.update(session.address, bytes: session.offset)
    }

    /// Asks how much of an upload the registry has; nil if it has nothing, or does not know the upload.
    private func status(of address: WebAddress) throws -> Session? {
        let response = try client.send(HTTPRequest(.get, address), scopes: [.push(repository)])
        guard response.isSuccess else {
            let error = RegistryErrorResponse.error(response)
            if error.isTemporary { throw error }
            return nil
        }
        response.discardBody()
        // Docker's registry reports one byte and none in the same way.
        guard let last = response.fields["range"].flatMap({ HTTPNumber.lastByte(ofUpload: $0) }), last > 0,
            // An upload longer than the blob could never be closed.
            offer.expected.map({ $0.size < 0 || last < $0.size }) ?? true
        else {
            client.cancelUpload(address, in: repository)
            return nil
        }
        let next = (try? client.location(response)) ?? address
        return Session(address: next, offset: last + 1, isContinued: true)  // arithmetic: at most HTTPNumber.limit
    }

    /// Skips what the registry already has.
    private func skip(_ source: DigestingSource) throws {
        guard let session, session.offset > 0 else { return }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
        defer { buffer.deallocate() }
        while source.byteCount < session.offset {
            let wanted = Int(min(session.offset - source.byteCount, Int64(buffer.count)))
            guard try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])) > 0 else {
                throw dropped(RegistryError(.mismatch, "the registry has more of the blob than there is"))
            }
        }
    }

    /// Cancels an upload whose data is of no use.
    func dropped(_ error: RegistryError) -> RestartUpload {
        if let session { client.cancelUpload(session.address, in: repository) }
        session = nil
        record?.clear()
        return RestartUpload(cause: error)
    }
}
