import ContentDigest
import HTTPHeaders
import ImageModel
import ImageTransports
import StreamCompression

// arithmetic: offset, end, byteCount: at most HTTPNumber.limit, and what has been read

/// Uploads one blob to a registry, over as many connections as needed.
///
/// It starts with a single request of unknown length, which every registry supports. Data that the registry kept of a
/// broken request is not sent again, not even by a later process (distribution-spec 1.1, "Resuming an Upload"). The
/// rest is then sent in chunks that the registry confirms, and so is a blob that is too large for one request, or whose
/// transfer is slow: many registries keep nothing of a broken request.
final class BlobUpload {
    /// How the bytes are sent.
    private enum Form: Equatable {
        /// In one request, which ends early if it is slow and the rest can follow in chunks.
        case stream(endsWhenSlow: Bool)
        /// In requests of this many bytes.
        case chunks(Int)
    }

    /// An upload session opened by the registry.
    private struct Session {
        var address: WebAddress
        /// The number of bytes that the registry has.
        var offset: Int64 = 0
        /// Whether some of them come from an earlier attempt.
        var isContinued = false
        /// The number of requests in this attempt that transferred some of the blob.
        var parts = 0
    }

    /// The attempt failed in a way that another attempt can avoid.
    private struct RestartUpload: Error {
        let cause: RegistryError
    }

    /// How many seconds a registry may take to close an upload: it reads the blob again.
    private static let closingPatience = 900
    private static let chunkSize = 8 << 20
    private static let chunkSizes = (1 << 20)...(64 << 20)

    private let client: RegistryClient
    private let repository: String
    private let offer: BlobOffer
    private let record: UploadRecord?
    private var form = Form.stream(endsWhenSlow: true)
    private var session: Session?
    /// The digest for closing the upload, once it is known.
    private var digest: Digest?
    private var chunkMinimum = 0
    private var evasions = 0

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
        while true {
            do {
                let result = try attempt()
                record?.remove()
                return result
            } catch is RestartUpload where offer.identity != nil && evasions < 8 {
                evasions += 1
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
            // Maybe the last part arrived, and only the response was lost.
            if let digest, let size = try client.blobSize(digest, in: repository), size >= 0 { return (digest, size) }
            // This registry keeps nothing of a broken request.
            if wasHere, form == .stream(endsWhenSlow: true) { form = .chunks(Self.chunkSize) }
            record?.clear()
        }
        let opened = try client.retry.run { try client.startUpload(in: repository) }
        session = Session(address: opened.address)
        chunkMinimum = opened.chunkMinimum ?? 0
        note()
        return nil
    }

    private func note() {
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
    private func dropped(_ error: RegistryError) -> RestartUpload {
        if let session { client.cancelUpload(session.address, in: repository) }
        session = nil
        record?.clear()
        return RestartUpload(cause: error)
    }

    // MARK: Sending

    /// Returns whether the blob was sent completely.
    private func sendStream(_ source: DigestingSource, endsWhenSlow: Bool) throws -> Bool {
        guard let session else { return false }
        let paced = RateMonitoredSource(source)
        var request = HTTPRequest(.patch, session.address)
        // Without a length: registries support that since other tools do it, and it may end early.
        request.body = .stream(endsWhenSlow ? paced : source, length: nil)
        request.patience = Self.closingPatience
        try patch(request, upTo: { source.byteCount })
        return !paced.hasEndedEarly
    }

    private func sendChunks(_ source: DigestingSource) throws {
        while let session {
            var size = Self.chunkSize
            if case .chunks(let wanted) = form { size = wanted }
            size = max(size, min(chunkMinimum, Self.chunkSizes.upperBound))
            let bytes = try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                count = try source.readFully(into: UnsafeMutableRawBufferPointer(buffer))
            }
            if bytes.isEmpty { return }
            let end = session.offset + Int64(bytes.count)
            var request = HTTPRequest(
                .patch, session.address, body: .bytes(bytes, type: "application/octet-stream"))
            request.fields.add("Content-Range", "\(session.offset)-\(end - 1)")
            request.patience = Self.closingPatience
            try patch(request, upTo: { end })
            if bytes.count < size { return }
        }
    }

    /// Sends a part and records where the next one goes.
    private func patch(_ request: HTTPRequest, upTo end: () -> Int64) throws {
        let response = try client.send(request, scopes: [.push(repository)])
        guard [201, 202, 204].contains(response.status) else { throw refusal(response) }
        response.discardBody()
        session?.address = try client.location(response)
        session?.offset = end()
        session?.parts += 1
        note()
    }

    /// The error for a part that was rejected.
    private func refusal(_ response: HTTPResponse) -> any Error {
        let error = RegistryErrorResponse.error(response)
        switch response.status {
        case 401 where evasions == 0 && form != .stream(endsWhenSlow: false):
            // There is a new token now, but the request's body has been consumed.
            return RestartUpload(cause: error)
        case 413:
            switch form {
            case .stream: form = .chunks(Self.chunkSize)
            case .chunks(let size):
                guard size > Self.chunkSizes.lowerBound else { return error }
                form = .chunks(size / 2)
            }
            return dropped(error)
        case 400..<500 where response.status != 401 && response.status != 403 && !error.isTemporary:
            guard let session, session.offset > 0 else { return error }
            // A registry that accepts only one part, or that has lost some.
            form = .stream(endsWhenSlow: false)
            return dropped(error)
        default: return error
        }
    }

    // MARK: Closing

    private func close(_ digest: Digest) throws {
        guard let session else { return }
        var request = HTTPRequest(
            .put, session.address.adding("digest", digest.description),
            body: .bytes([], type: "application/octet-stream"))
        request.patience = Self.closingPatience
        let response = try client.send(request, scopes: [.push(repository)])
        guard [201, 204].contains(response.status) else {
            let error = RegistryErrorResponse.error(response)
            guard error.code == .malformed || error.code == .notFound else { throw error }
            // What an earlier attempt sent was not the beginning of this blob.
            if session.isContinued { throw dropped(error) }
            // A registry that keeps only the last part.
            guard session.parts > 1 else { throw error }
            form = .stream(endsWhenSlow: false)
            throw dropped(error)
        }
        response.discardBody()
    }
}
