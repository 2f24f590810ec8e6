import AsyncHTTPClient
import HTTPHeaders
import JSONText
import NIOCore
import NIOHTTP1
import NIOSSL
import StreamCompression
import Synchronization

/// Sends requests on behalf of plain threads. Starts its event loop threads with the first request.
///
/// Neither follows redirects nor retries: that requires knowing the request's purpose.
package final class HTTPTransport: Sendable {
    /// The value of `User-Agent`.
    private let userAgent: String
    private let proxies: ProxySettings
    /// One client per route, since they differ in how connections are opened.
    private let clients = Mutex<[Way: HTTPClient]>([:])

    /// How a server is reached.
    private enum Way: Hashable {
        case direct
        /// The proxy connects to the server and then only forwards bytes.
        case tunnel(through: WebAddress)
        /// The requests are sent to the proxy.
        case relayed(by: WebAddress)
    }

    package init(userAgent: String = "swiftlet", proxies: ProxySettings = ProxySettings()) {
        self.userAgent = userAgent
        self.proxies = proxies
    }

    deinit {
        // Never runs on an event loop: nothing there refers to this object.
        clients.withLock { for client in $0.values { try? client.syncShutdown() } }
    }

    /// Sends a request and waits for the response's head.
    ///
    /// - Throws: ``RegistryError``, or an error of the request body's source.
    func send(_ request: HTTPRequest, tls: TLSSettings) throws -> HTTPResponse {
        let exchange = HTTPExchange()
        let record = RequestRecord(request)
        do {
            let way = try self.way(to: request.address)
            let client = self.client(for: way)
            exchange.start(try outgoing(request, way, tls, exchange, client), on: client)
            if case .stream(let source, _) = request.body { try RequestBodyPump(exchange: exchange).send(source) }
            let head = try exchange.awaitHead(seconds: request.patience)
            record.end(status: "\(head.status.code)")
            // Without a proxy for requests, it is a status like any other.
            if head.status == .proxyAuthenticationRequired, case .relayed = way {
                throw HTTPClientError.proxyAuthenticationRequired
            }
            return HTTPResponse(head, of: exchange, from: request.address)
        } catch let failure as RequestBodyPump.SourceFailure {
            record.end(failure.cause)
            throw failure.cause
        } catch {
            exchange.abandon()
            record.end(HTTPFailure.describe(error, at: request.address))
            throw HTTPFailure.describe(error, at: request.address)
        }
    }

    /// Starts a request whose body (`.written`) is written by the caller.
    ///
    /// - Throws: ``RegistryError``.
    func beginUpload(_ request: HTTPRequest, tls: TLSSettings) throws -> HTTPUpload {
        let exchange = HTTPExchange()
        let way = try self.way(to: request.address)
        let client = self.client(for: way)
        do {
            exchange.start(try outgoing(request, way, tls, exchange, client), on: client)
        } catch {
            throw HTTPFailure.describe(error, at: request.address)
        }
        return HTTPUpload(exchange, of: request)
    }

    private func outgoing(
        _ request: HTTPRequest, _ way: Way, _ tls: TLSSettings, _ exchange: HTTPExchange, _ client: HTTPClient
    ) throws -> HTTPClient.Request {
        var headers = HTTPHeaders(request.fields.entries.map { ($0.name, $0.value) })
        headers.replaceOrAdd(name: "User-Agent", value: userAgent)
        var body: HTTPClient.Body?
        switch request.body {
        case .none: if request.verb != .get, request.verb != .head { body = .bytes([]) }
        case .bytes(let bytes, let type):
            headers.replaceOrAdd(name: "Content-Type", value: type)
            body = .bytes(bytes)
        case .stream(_, let length):
            headers.replaceOrAdd(name: "Content-Type", value: "application/octet-stream")
            body = Self.offeredBody(to: exchange, length, client)
        case .written(let type):
            headers.replaceOrAdd(name: "Content-Type", value: type)
            body = Self.offeredBody(to: exchange, nil, client)
        }
        var url = request.address.server
        var target = request.address.wireTarget
        if case .relayed(let proxy) = way {
            (url, target) = (proxy.server, url + target)  // arithmetic: texts
            headers.replaceOrAdd(name: "Host", value: request.address.authority)
            if let credentials = Self.credentials(for: proxy) {
                headers.replaceOrAdd(name: "Proxy-Authorization", value: "Basic \(credentials)")
            }
        }
        headers.replaceOrAdd(name: RequestTargetHandler.field, value: target)
        return try HTTPClient.Request(
            url: "\(url)/", method: HTTPMethod(rawValue: request.verb.rawValue), headers: headers,
            body: body, tlsConfiguration: request.address.isSecure ? tls.configuration : nil)
    }

    /// A body that the exchange's thread writes when the event loop requests it.
    private static func offeredBody(
        to exchange: HTTPExchange, _ length: Int64?, _ client: HTTPClient
    ) -> HTTPClient.Body {
        let group = client.eventLoopGroup
        return .stream(contentLength: length) { writer in
            let done = group.any().makePromise(of: Void.self)
            exchange.offer(writer, done: done)
            return done.futureResult
        }
    }

    private func way(to address: WebAddress) throws -> Way {
        guard let proxy = try proxies.proxy(for: address) else { return .direct }
        return address.isSecure ? .tunnel(through: proxy) : .relayed(by: proxy)
    }

    private static func credentials(for proxy: WebAddress) -> String? {
        proxy.userInformation.map { Base64.encode(PercentEncoding.bytes($0)) }
    }

    private func client(for way: Way) -> HTTPClient {
        clients.withLock { clients in
            if let client = clients[way] { return client }
            let client = HTTPClient(configuration: Self.configuration(way))
            clients[way] = client
            return client
        }
    }

    private static func configuration(_ way: Way) -> HTTPClient.Configuration {
        var pool = HTTPClient.Configuration.ConnectionPool(
            idleTimeout: .seconds(60), concurrentHTTP1ConnectionsPerHostSoftLimit: 12)
        // A refused connection is reported at once; the caller decides whether to retry.
        pool.retryConnectionEstablishment = false
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(30)), connectionPool: pool,
            ignoreUncleanSSLShutdown: false, decompression: .disabled)
        configuration.httpVersion = .automatic
        // Blobs are read in large pieces, since each costs a system call and a thread switch.
        let pieces = AdaptiveRecvByteBufferAllocator(minimum: 4 << 10, initial: 64 << 10, maximum: 512 << 10)
        switch way {
        case .direct, .relayed: break
        case .tunnel(let proxy):
            configuration.proxy = .server(
                host: proxy.host, port: proxy.effectivePort,
                authorization: credentials(for: proxy).map { .basic(credentials: $0) })
        }
        configuration.http1_1ConnectionDebugInitializer = { channel in
            channel.setOption(.recvAllocator, value: pieces).flatMap { HTTPChannelHandlers.install(in: channel) }
        }
        configuration.http2StreamChannelDebugInitializer = { HTTPChannelHandlers.install(inStream: $0) }
        return configuration
    }
}
