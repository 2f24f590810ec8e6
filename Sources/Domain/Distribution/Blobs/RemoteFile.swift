import HTTPHeaders
import JSONText
package import StreamCompression

/// A file on a web server, for `ADD https://...`.
package struct RemoteFile {
    /// The bytes, from a source that recovers from broken connections itself.
    package let source: any ByteSource
    /// The size in bytes, if the server announces it.
    package let size: Int64?
    /// The unmodified `Last-Modified` header.
    package let lastModified: String?
    /// The last component of the requested path; empty if that ends with a slash.
    package let name: String

    /// Requests the file at an `http` or `https` URL, following redirects.
    ///
    /// - Throws: ``RegistryError`` for an invalid URL, and for every status other than success.
    package static func open(
        _ url: String, on transport: HTTPTransport, tls: TLSSettings, retry: RetryPolicy = RetryPolicy()
    )
        throws -> RemoteFile
    {
        guard let address = WebAddress(url) else { throw RegistryError(.invalid, "\(url): not a web address") }
        let download = RemoteDownload(address, transport, tls, retry)
        try download.open()
        return RemoteFile(
            source: download, size: download.size, lastModified: download.lastModified, name: address.fileName)
    }
}

/// The bytes of a file as they arrive; requests the rest if the connection breaks, as long as the file is unchanged.
private final class RemoteDownload: ByteSource {
    private let address: WebAddress
    private let transport: HTTPTransport
    private let tls: TLSSettings
    private let retry: RetryPolicy
    private var body: (any ByteSource)?
    private var offset: Int64 = 0
    private var attempts = TransferAttempts()
    /// Identifies the version of the file.
    private var validator: String?
    private(set) var size: Int64?
    private(set) var lastModified: String?

    init(_ address: WebAddress, _ transport: HTTPTransport, _ tls: TLSSettings, _ retry: RetryPolicy) {
        self.address = address
        self.transport = transport
        self.tls = tls
        self.retry = retry
    }

    func open() throws {
        let response = try retry.run {
            let response = try transport.fetch(request(), tls: tls, isInsecure: true)
            guard response.status == 200 else { throw RegistryErrorResponse.error(response).prefixed("\(address)") }
            return response
        }
        size = response.contentLength
        lastModified = response.fields["last-modified"]
        let tag = response.fields["etag"]
        validator = tag.flatMap { $0.hasPrefix("W/") ? nil : $0 } ?? lastModified
        body = response.body
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            do {
                if body == nil { try reopen() }
                let count = try body?.read(into: buffer) ?? 0
                if count == 0, let size, offset < size {
                    throw RegistryError(.interrupted, "\(address): \(offset) of \(size) bytes arrived")
                }
                offset += Int64(count)
                return count
            } catch let error as RegistryError where error.isTemporary && validator != nil {
                body = nil
                guard attempts.mayGoOn(from: offset, retry) else { throw error }
                retry.pause(after: attempts.failures, error)
            }
        }
    }

    /// The request, with the URL's credentials, which only its own server gets.
    private func request() -> HTTPRequest {
        var request = HTTPRequest(.get, address)
        if let user = address.userInformation {
            request.fields.add("Authorization", "Basic \(Base64.encode(PercentEncoding.bytes(user)))")
        }
        return request
    }

    private func reopen() throws {
        var request = request()
        request.fields.add("Range", "bytes=\(offset)-")
        if let validator { request.fields.add("If-Range", validator) }
        let response = try transport.fetch(request, tls: tls, isInsecure: true)
        guard response.status == 206, ContentRange(response)?.first == offset else {
            throw RegistryError(.malformed, "\(address): the connection broke, and the rest cannot be fetched")
        }
        body = response.body
    }
}
