package import ContentDigest
import HTTPHeaders
import ImageModel
package import ImageTransports
import StreamCompression

extension RegistryClient {
    /// Blobs up to this many bytes are sent in one request, from memory.
    private static let monolithicLimit: Int64 = 1 << 20

    /// Sends a blob. Where it says what it must turn out to be, it must.
    ///
    /// - Parameter records: the directory in which it is written down how far the upload has come; nil: nowhere.
    /// - Throws: ``RegistryError``, `mismatch` among others; then the registry has no such blob. What the source throws
    ///   comes out unchanged.
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
            guard [201, 204].contains(response.status) else { throw RegistryErrorResponse.error(response) }
            response.discardBody()
        }
    }

    /// Opens an upload: the address to send to, and how many bytes every chunk but the last must have.
    func startUpload(in repository: String) throws -> (address: WebAddress, chunkMinimum: Int?) {
        let request = HTTPRequest(.post, try address("\(repository)/blobs/uploads/"))
        let response = try send(request, scopes: [.push(repository)], accepting: [202])
        response.discardBody()
        let minimum = response.fields["oci-chunk-min-length"].flatMap { HTTPNumber.parse($0) }
        return (try location(response), minimum.map { Int(clamping: $0) })
    }

    /// Tells the registry that nothing more comes. It forgets uploads by itself in the end, so failures do not matter.
    func cancelUpload(_ session: WebAddress, in repository: String) {
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
        } catch let error as RegistryError
            where [.unauthorized, .denied, .notFound, .unsupported, .malformed].contains(error.code)
        {
            // Without the right to read there, or from a registry that does not do that, it is uploaded.
            return false
        }
        response.discardBody()
        if response.status == 201 { return true }
        // The registry has opened an upload instead.
        if let session = try? location(response) { cancelUpload(session, in: repository) }
        return false
    }

    /// Where an upload goes on. That may be another server, which is sent no credentials.
    func location(_ response: HTTPResponse) throws -> WebAddress {
        guard let text = response.fields["location"], let address = response.address.resolving(text) else {
            throw RegistryError(.malformed, "\(response.address): the answer has no usable Location")
        }
        guard address.isSecure || !response.address.isSecure || isInsecure else {
            throw RegistryError(.untrusted, "\(response.address): an upload from https to \(address) is refused")
        }
        return address
    }
}
