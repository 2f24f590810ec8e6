import ContentDigest
import HTTPHeaders
import ImageModel
import ImageTransports
import StreamCompression

// arithmetic: offset, end, byteCount, reached, last, upperBound, lowerBound: at most HTTPNumber.limit, and what was read
// arithmetic: parts: how many requests were made

extension BlobUpload {
    /// Returns whether the blob was sent completely.
    func sendStream(_ source: DigestingSource, endsWhenSlow: Bool) throws -> Bool {
        guard let session else { return false }
        let paced = RateMonitoredSource(source)
        var request = HTTPRequest(.patch, session.address)
        // Without a length: registries support that since other tools do it, and it may end early.
        let length = offer.expected.flatMap { $0.size >= 0 ? $0.size : nil }
        request.body = endsWhenSlow ? .stream(paced, length: nil) : .stream(source, length: length)
        request.patience = Self.closingPatience
        try patch(request, upTo: { source.byteCount })
        return !paced.hasEndedEarly
    }

    func sendChunks(_ source: DigestingSource) throws {
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
        guard response.isSuccess else { throw refusal(response) }
        response.discardBody()
        let start = session?.offset ?? 0
        // Without a Location the upload stays where it is.
        if response.fields["location"] != nil { session?.address = try client.location(response) }
        session?.offset = end()
        session?.parts += 1
        note()
        try checkConfirmed(response, start..<end())
    }

    /// Continues where the registry has stopped if it confirms only some of what it was sent. The range is not trusted
    /// alone, since some registries report that of the last part, or none: the upload's status has to confirm it.
    private func checkConfirmed(_ response: HTTPResponse, _ sent: Range<Int64>) throws {
        guard !hasUselessRanges, offer.identity != nil,
            let last = response.fields["range"].flatMap({ HTTPNumber.lastByte(ofUpload: $0) }), last > 0
        else { return }
        let reached = last + 1
        let length = sent.upperBound - sent.lowerBound
        guard reached < sent.upperBound, reached > sent.lowerBound, reached != length else { return }
        defer { confirmed = max(confirmed, reached) }
        let part = Int(clamping: reached - sent.lowerBound)
        form = .chunks(max(Self.smallestPart, min(part, Self.chunkSizes.upperBound)))
        // arithmetic: confirmed: like reached, at most the end of what was sent
        throw RestartUpload(
            cause: RegistryError(.malformed, "the registry has only \(reached) of \(sent.upperBound) bytes"),
            hasProgress: reached - confirmed >= Int64(Self.smallestPart))
    }

    /// Sends the blob in the request that closes the upload. Its digest, if it is not known yet, is computed first:
    /// the source yields the same bytes each time.
    func sendMonolithic() throws -> (digest: Digest, size: Int64) {
        let blob = try measured()
        try begin()
        guard let session else { throw RegistryError(.invalid, "no upload was opened") }
        let source = DigestingSource(try offer.open(), expected: blob)
        var request = HTTPRequest(.put, session.address.adding("digest", blob.digest.description))
        request.body = .stream(source, length: blob.size)
        request.patience = Self.closingPatience
        let response = try client.send(request, scopes: [.push(repository)])
        guard response.isSuccess else { throw refusal(response) }
        response.discardBody()
        return (try source.finish(), source.byteCount)
    }

    private func measured() throws -> Descriptor {
        if let expected = offer.expected, expected.size >= 0 { return expected }
        let source = DigestingSource(try offer.open(), expected: offer.expected)
        try source.drain()
        return Descriptor(mediaType: .ociLayer, digest: try source.finish(), size: source.byteCount)
    }

    // MARK: Closing

    func close(_ digest: Digest) throws {
        guard let session else { return }
        var request = HTTPRequest(
            .put, session.address.adding("digest", digest.description),
            body: .bytes([], type: "application/octet-stream"))
        request.patience = Self.closingPatience
        let response = try client.send(request, scopes: [.push(repository)])
        guard response.isSuccess else {
            let error = RegistryErrorResponse.error(response)
            guard error.code == .malformed || error.code == .notFound else { throw error }
            // What an earlier attempt sent was not the beginning of this blob.
            if session.isContinued { throw dropped(error) }
            // A registry that keeps only the last part, or a proxy that drops bodies of unknown length.
            form = session.parts > 1 ? .stream(endsWhenSlow: false) : .monolithic
            throw dropped(error)
        }
        response.discardBody()
    }
}
