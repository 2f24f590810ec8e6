package import ContentDigest
import HTTPHeaders
package import ImageModel
package import StreamCompression

extension RegistryClient {
    /// The blob's size, negative if the registry does not tell; nil if it does not have the blob, or does not implement
    /// the question.
    package func blobSize(_ digest: Digest, in repository: String) throws -> Int64? {
        try RegistryError.during("checking whether a blob \(digest) exists in \(host)/\(repository)") {
            let request = HTTPRequest(.head, try blobAddress(digest, repository))
            let response = try send(request, scopes: [.pull(repository)], accepting: [200, 404, 405, 501])
            return response.status == 200 ? response.contentLength ?? -1 : nil
        }
    }

    /// The blob's bytes, unverified, from a source that recovers from broken connections itself.
    ///
    /// - Parameters:
    ///   - offset: how many bytes to skip.
    ///   - journal: stores the bytes so that a later process need not fetch them again.
    package func openBlob(
        _ blob: Descriptor, in repository: String, from offset: Int64 = 0, journal: BlobJournal? = nil
    ) throws -> (source: any ByteSource, size: Int64?) {
        try RegistryError.during("fetching blob") {
            let download = BlobDownload(
                blob, place: "blob \(blob.digest) in \(host)/\(repository)", retry: retry, from: offset,
                journal: journal, budget: spareConnections
            ) { start, end in
                var request = HTTPRequest(.get, try self.blobAddress(blob.digest, repository))
                request.ask(from: start, to: end)
                return try self.send(request, scopes: [.pull(repository)])
            }
            let size = try download.open()
            return (download, size)
        }
    }

    /// Content at an external URL of a descriptor, requested without credentials.
    package func openExternalBlob(
        _ blob: Descriptor, at urls: [String]
    ) throws -> (source: any ByteSource, size: Int64?) {
        var failure = RegistryError(.notFound, "blob \(blob.digest): none of its URLs is a web address")
        for url in urls {
            guard let address = WebAddress(url) else { continue }
            do {
                let download = BlobDownload(blob, place: "blob \(blob.digest)", retry: retry, journal: nil) {
                    start, end in
                    var request = HTTPRequest(.get, address)
                    request.ask(from: start, to: end)
                    return try self.transport.fetch(request, tls: TLSSettings(), isInsecure: self.isInsecure)
                }
                let size = try download.open()
                return (download, size)
            } catch let error as RegistryError {
                failure = error
            }
        }
        throw failure
    }

    func blobAddress(_ digest: Digest, _ repository: String) throws -> WebAddress {
        try address("\(repository)/blobs/\(digest)")
    }
}

extension HTTPTransport {
    /// Sends a request and follows redirects, without the `Authorization` field to other servers.
    func fetch(_ original: HTTPRequest, tls: TLSSettings, isInsecure: Bool) throws -> HTTPResponse {
        var request = original
        for _ in 0...RegistryClient.redirectLimit {
            let response = try send(request, tls: tls)
            guard let next = try RegistryClient.redirect(response, of: request, isInsecure: isInsecure) else {
                return response
            }
            response.discardBody()
            request.address = next
            if !next.hasSameOrigin(as: original.address) { request.fields.remove("Authorization") }
        }
        throw RegistryError(
            .malformed, "\(original.address): stopped after \(RegistryClient.redirectLimit) redirects")
    }
}

extension HTTPRequest {
    /// Requests a range: up to but excluding `end`, or to the end of the content.
    fileprivate mutating func ask(from start: Int64, to end: Int64?) {
        guard start > 0 || end != nil else { return }
        // arithmetic: the end of a part that is larger than nothing
        fields.add("Range", "bytes=\(start)-\(end.map { "\($0 - 1)" } ?? "")")
    }
}
