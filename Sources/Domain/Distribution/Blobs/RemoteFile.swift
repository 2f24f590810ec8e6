// arithmetic: failures: no more than the user wants

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
    /// The unmodified `ETag` header.
    package let entityTag: String?

    /// A version of a file that the caller has (RFC 9110, 13.1).
    package struct Condition: Sendable, Equatable {
        package var entityTag: String?
        package var lastModified: String?

        package init(entityTag: String? = nil, lastModified: String? = nil) {
            self.entityTag = entityTag
            self.lastModified = lastModified
        }
    }

    /// Requests the file at an `http` or `https` URL, following redirects.
    ///
    /// - Throws: ``RegistryError`` for an invalid URL, and for every status other than success.
    package static func open(
        _ url: String, on transport: HTTPTransport, tls: TLSSettings, retry: RetryPolicy = RetryPolicy()
    )
        throws -> RemoteFile
    {
        guard let file = try openIfChanged(url, on: transport, tls: tls, retry: retry) else {
            throw RegistryError(
                .malformed, "\(AddressRedaction.redacted(url)): the server calls the file unchanged, unasked")
        }
        return file
    }

    /// As above, but returns nil if the file still is the version of the condition.
    ///
    /// - Parameters:
    ///   - authorization: the `Authorization` header for the address's own server; nil for the address's user.
    ///   - announce: told before each new attempt why the last one failed.
    package static func openIfChanged(
        _ url: String, since condition: Condition = Condition(), authorization: String? = nil,
        on transport: HTTPTransport, tls: TLSSettings, retry: RetryPolicy = RetryPolicy(),
        announce: @escaping (_ failures: Int, any Error) -> Void = { _, _ in }
    ) throws -> RemoteFile? {
        guard let address = WebAddress(url) else {
            throw RegistryError(.invalid, "\(AddressRedaction.redacted(url)): not a web address")
        }
        let download = RemoteDownload(address, authorization, transport, tls, retry)
        guard try download.open(since: condition, announce) else { return nil }
        return RemoteFile(
            source: download, size: download.size, lastModified: download.lastModified,
            entityTag: download.entityTag)
    }
}

/// The bytes of a file as they arrive; requests the rest if the connection breaks, as long as the file is unchanged.
private final class RemoteDownload: ByteSource {
    private let address: WebAddress
    private let authorization: String?
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
    private(set) var entityTag: String?

    init(
        _ address: WebAddress, _ authorization: String?, _ transport: HTTPTransport, _ tls: TLSSettings,
        _ retry: RetryPolicy
    ) {
        self.address = address
        self.authorization = authorization
        self.transport = transport
        self.tls = tls
        self.retry = retry
    }

    /// Requests the file; false if it is unchanged.
    func open(since condition: RemoteFile.Condition, _ announce: (Int, any Error) -> Void) throws -> Bool {
        var request = request()
        if let tag = condition.entityTag { request.fields.add("If-None-Match", tag) }
        if let time = condition.lastModified { request.fields.add("If-Modified-Since", time) }
        let isConditional = condition != RemoteFile.Condition()
        var failures = 0
        let response = try retry.run {
            do {
                let response = try transport.fetch(request, tls: tls, isInsecure: true)
                guard response.status == 200 || isConditional && response.status == 304 else {
                    throw RegistryErrorResponse.error(response)
                        .prefixed("\(address): invalid response status \(response.status)")
                }
                return response
            } catch let error as RegistryError where error.isTemporary && failures < retry.retries {
                failures += 1
                announce(failures, error)
                throw error
            }
        }
        if response.status == 304 { return false }
        size = response.contentLength
        lastModified = response.fields["last-modified"]
        entityTag = response.fields["etag"]
        validator = entityTag.flatMap { $0.hasPrefix("W/") ? nil : $0 } ?? lastModified
        body = response.body
        return true
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
        if let authorization {
            request.fields.add("Authorization", authorization)
        } else if let user = address.userInformation {
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
