package import ContentDigest
import HTTPHeaders
import ImageModel
package import ImageTransports
import StreamCompression

extension RegistryClient {
    /// Blobs up to this many bytes are sent in one request from memory.
    private static let monolithicLimit: Int64 = 1 << 20

    /// Uploads a blob, verifying it if its descriptor is known in advance.
    ///
    /// - Parameter records: the directory in which to record the upload's progress; nil: none.
    /// - Throws: ``RegistryError``, including `mismatch`; then the registry has no such blob. Errors of the source are
    ///   rethrown unchanged.
    package func putBlob(
        _ offer: BlobOffer, in repository: String, records: String? = nil
    ) throws -> (digest: Digest, size: Int64) {
        if let expected = offer.expected, (0...Self.monolithicLimit).contains(expected.size) {
            let digester = DigestingSource(try offer.open(), expected: expected)
            let bytes = try digester.readAll(limit: Int(Self.monolithicLimit))
            _ = try digester.finish()
            try RegistryError.during("writing blob to \(host)/\(repository)") {
                try putSmallBlob(bytes, expected.digest, in: repository)
            }
            return (expected.digest, expected.size)
        }
        return try RegistryError.during("writing blob to \(host)/\(repository)") {
            try BlobUpload(offer, to: self, repository, records: records).run()
        }
    }

    private func putSmallBlob(_ bytes: [UInt8], _ digest: Digest, in repository: String) throws {
        try retry.run {
            let session = try startUpload(in: repository).address
            let request = HTTPRequest(
                .put, session.adding("digest", digest.description),
                body: .bytes(bytes, type: "application/octet-stream"))
            let response = try send(request, scopes: [.push(repository)])
            guard response.isSuccess else { throw RegistryErrorResponse.error(response) }
            response.discardBody()
        }
    }

    /// Opens an upload: returns the address to send to, and the minimum size of all chunks but the last.
    func startUpload(in repository: String) throws -> (address: WebAddress, chunkMinimum: Int?) {
        let request = HTTPRequest(.post, try address("\(repository)/blobs/uploads/"))
        let response = try send(request, scopes: [.push(repository)], accepting: [200, 201, 202])
        response.discardBody()
        let minimum = response.fields["oci-chunk-min-length"].flatMap { HTTPNumber.parse($0) }
        return (try location(response), minimum.map { Int(clamping: $0) })
    }

    /// Cancels an upload. Failures do not matter: registries eventually drop uploads by themselves.
    func cancelUpload(_ session: WebAddress, in repository: String) {
        guard let response = try? send(HTTPRequest(.delete, session), scopes: [.push(repository)]) else { return }
        response.discardBody()
    }

    /// Mounts a blob from another repository of the registry; returns false if the registry does not.
    package func mountBlob(_ digest: Digest, from origin: String, in repository: String) throws -> Bool {
        let address = try address("\(repository)/blobs/uploads/")
            .adding("mount", digest.description).adding("from", origin)
        let response: HTTPResponse
        do {
            response = try send(
                HTTPRequest(.post, address), scopes: [.push(repository), .pull(origin)], accepting: [200, 201, 202])
        } catch let error as RegistryError
            where [.unauthorized, .denied, .notFound, .unsupported, .malformed].contains(error.code)
        {
            // Without permission to read there, or if the registry does not support mounts, the blob is uploaded.
            return false
        }
        response.discardBody()
        if response.status == 201 { return true }
        if response.status == 200, try blobSize(digest, in: repository) != nil { return true }
        // The registry has opened an upload instead.
        if let session = try? location(response) { cancelUpload(session, in: repository) }
        return false
    }

    /// The next location of an upload. It may be on another server, which gets no credentials.
    func location(_ response: HTTPResponse) throws -> WebAddress {
        guard let text = response.fields["location"], let address = response.address.resolving(text) else {
            throw RegistryError(.malformed, "\(response.address): the response has no usable Location")
        }
        guard address.isSecure || !response.address.isSecure || isInsecure else {
            throw RegistryError(.untrusted, "\(response.address): an upload from https to \(address) is refused")
        }
        return address
    }
}
