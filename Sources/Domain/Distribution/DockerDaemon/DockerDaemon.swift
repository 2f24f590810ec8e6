import ContainersConfig
import HTTPHeaders
import ImageTransports
import JSONText
import LinuxSystem
import StreamCompression

/// A Docker daemon, or another server with Docker's API (such as Podman's service): exports and imports images (Docker
/// Engine API, `ImageGet` and `ImageLoad`).
package struct DockerDaemon {
    /// Docker's default address.
    package static let defaultHost = "unix:///var/run/docker.sock"
    /// Seconds; daemons write an image to a file of their own before they respond.
    private static let patience = 3600
    /// The maximum number of bytes to read from a load's report.
    private static let reportLimit = 4 << 20

    private let base: WebAddress
    private let transport: HTTPTransport
    private let tls: TLSSettings

    /// The daemon from flags or `$DOCKER_HOST`. Does not connect yet.
    ///
    /// - Throws: ``RegistryError`` for an invalid address, and if the socket does not exist.
    package init(_ access: RegistryAccess) throws {
        let options = access.options
        let host = options.daemonHost ?? options.environment.value("DOCKER_HOST") ?? Self.defaultHost
        base = try Self.address(host)
        if let socket = base.socket, !Files.exists(socket) {
            throw RegistryError(.unreachable, "no Docker daemon found (no \(socket))")
        }
        transport = access.transport
        tls = try TLSSettings(
            isVerified: !access.isInsecure(configured: false), directory: options.certificateDirectory)
    }

    /// `unix://PATH`, `http://HOST:PORT`, or `tcp://HOST:PORT`, which uses TLS like `https://`.
    private static func address(_ host: String) throws -> WebAddress {
        let path = host.hasPrefix("unix://") ? host.dropFirst(7) : ""
        if path.hasPrefix("/") { return WebAddress(socket: String(path)) }
        let text = host.hasPrefix("tcp://") ? "https://\(host.dropFirst(6))" : host
        guard let address = WebAddress(text), address.path == "/" else {
            throw RegistryError(
                .invalid, "daemon host \"\(host)\": expected unix:///PATH, tcp://HOST:PORT or http://HOST:PORT")
        }
        return address
    }

    /// A `docker save` archive with one image.
    func save(_ name: String) throws -> any ByteSource {
        let response = try transport.send(request(.get, "/images/\(PercentEncoding.encode(name))/get"), tls: tls)
        guard response.isSuccess else { throw RegistryErrorResponse.error(response) }
        return response.body
    }

    /// Starts an upload for `docker load`, to which the archive is written.
    func beginLoad() throws -> HTTPUpload {
        var request = request(.post, "/images/load?quiet=1")
        request.body = .written(type: "application/x-tar")
        return try transport.beginUpload(request, tls: tls)
    }

    /// Waits until the daemon has imported an upload.
    ///
    /// - Throws: ``RegistryError`` with the daemon's message if it has not: it reports failures in the body of a
    ///   successful response.
    func finishLoad(_ upload: HTTPUpload) throws {
        let response = try upload.response()
        guard response.isSuccess else { throw RegistryErrorResponse.error(response) }
        for line in try response.readBody(limit: Self.reportLimit).split(separator: UInt8(ascii: "\n")) {
            guard let error = (try? JSONValue(parsing: Array(line)))?["error"]?.string else { continue }
            throw RegistryError(.malformed, "the daemon could not load the image: \(error)")
        }
    }

    private func request(_ verb: HTTPVerb, _ target: String) -> HTTPRequest {
        var address = base
        let parts = target.split(separator: "?", maxSplits: 1)
        address.path = String(parts[0])
        address.query = parts.count > 1 ? String(parts[1]) : nil
        var request = HTTPRequest(verb, address)
        // HTTP/1.1 requires a host, which sockets do not have.
        if base.socket != nil { request.fields.add("Host", "docker") }
        request.patience = Self.patience
        return request
    }
}
