package import ContentDigest
package import ImageModel
package import StreamCompression

extension RegistryClient {
    /// Blobs up to this many bytes are sent in one request, from memory.
    private static let monolithicLimit: Int64 = 1 << 20
    /// How long a registry may take over a finished upload: it reads the blob again.
    private static let closingPatience = 900

    /// Sends a blob. With `expected` it must turn out to have that digest and, unless negative, that size.
    ///
    /// - Throws: ``RegistryError``, `mismatch` among others; then the registry has no such blob. What the source throws
    ///   comes out unchanged.
    package func putBlob(
        from source: any ByteSource, expected: Descriptor?, in repository: String
    ) throws -> (digest: Digest, size: Int64) {
        if let expected, (0...Self.monolithicLimit).contains(expected.size) {
            let digester = DigestingSource(source, expected: expected)
            let bytes = try digester.readAll(limit: Int(Self.monolithicLimit))
            _ = try digester.finish()
            try RegistryError.during("writing blob to \(host)/\(repository)") {
                try putSmallBlob(bytes, expected.digest, in: repository)
            }
            return (expected.digest, expected.size)
        }
        return try RegistryError.during("writing blob to \(host)/\(repository)") {
            try putStream(source, expected: expected, in: repository)
        }
    }

    private func putSmallBlob(_ bytes: [UInt8], _ digest: Digest, in repository: String) throws {
        try retry.run {
            let session = try startUpload(in: repository)
            let request = HTTPRequest(
                .put, session.adding("digest", digest.description),
                body: .bytes(bytes, type: "application/octet-stream"))
            let response = try send(request, scopes: [.push(repository)])
            guard [201, 204].contains(response.status) else { throw RegistryErrorResponse.error(response) }
            response.discardBody()
        }
    }

    private func putStream(
        _ source: any ByteSource, expected: Descriptor?, in repository: String
    ) throws -> (digest: Digest, size: Int64) {
        let session = try retry.run { try startUpload(in: repository) }
        let digester = DigestingSource(source, expected: expected)
        do {
            let sent = try sendStream(digester, length: expected?.size, to: session, in: repository)
            let digest = try digester.finish()
            var request = HTTPRequest(
                .put, sent.adding("digest", digest.description),
                body: .bytes([], type: "application/octet-stream"))
            request.patience = Self.closingPatience
            let response = try send(request, scopes: [.push(repository)])
            guard [201, 204].contains(response.status) else { throw RegistryErrorResponse.error(response) }
            response.discardBody()
            return (digest, digester.byteCount)
        } catch {
            cancelUpload(session, in: repository)
            throw error
        }
    }

    private func sendStream(
        _ source: any ByteSource, length: Int64?, to session: WebAddress, in repository: String
    ) throws -> WebAddress {
        var request = HTTPRequest(
            .patch, session, body: .stream(source, length: length.flatMap { $0 >= 0 ? $0 : nil }))
        request.patience = Self.closingPatience
        let response = try send(request, scopes: [.push(repository)])
        guard [201, 202, 204].contains(response.status) else { throw RegistryErrorResponse.error(response) }
        response.discardBody()
        return try Self.location(response)
    }

    /// Opens an upload; the address to send to.
    private func startUpload(in repository: String) throws -> WebAddress {
        let request = HTTPRequest(.post, try address("\(repository)/blobs/uploads/"))
        let response = try send(request, scopes: [.push(repository)], accepting: [202])
        response.discardBody()
        return try Self.location(response)
    }

    /// Tells the registry that nothing more comes. It forgets uploads by itself in the end, so failures do not matter.
    private func cancelUpload(_ session: WebAddress, in repository: String) {
        guard let response = try? send(HTTPRequest(.delete, session), scopes: [.push(repository)]) else { return }
        response.discardBody()
    }

    /// Makes the registry use a blob of another of its repositories; false when it does not.
    package func mountBlob(_ digest: Digest, from origin: String, in repository: String) throws -> Bool {
        let address = try address("\(repository)/blobs/uploads/")
            .adding("mount", digest.description).adding("from", origin)
        let response: HTTPResponse
        do {
            response = try send(
                HTTPRequest(.post, address), scopes: [.push(repository), .pull(origin)], accepting: [201, 202])
        } catch let error as RegistryError where [.unauthorized, .denied, .notFound].contains(error.code) {
            // Without the right to read there it is uploaded, as if it were not there.
            return false
        }
        response.discardBody()
        if response.status == 201 { return true }
        // The registry has opened an upload instead.
        if let session = try? Self.location(response) { cancelUpload(session, in: repository) }
        return false
    }

    private static func location(_ response: HTTPResponse) throws -> WebAddress {
        guard let text = response.fields["location"], let address = response.address.resolving(text) else {
            throw RegistryError(.malformed, "\(response.address): the answer has no usable Location")
        }
        return address
    }
}
