import AsyncHTTPClient
import Glibc
import HTTPHeaders
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Turns connection failures into messages.
enum HTTPFailure {
    /// A description for the user of `error`, which occurred in a request to `address`.
    static func describe(_ error: any Error, at address: WebAddress) -> RegistryError {
        switch error {
        case let error as RegistryError: error
        case let error as NIOConnectionError: connection(error, address)
        case let error as HTTPClientError: client(error, address)
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: security(error, address)
        case let error as IOError:
            RegistryError(.interrupted, "\(address): \(String(cString: strerror(error.errnoCode)))")
        case is ChannelError, HTTPParserError.invalidEOFState:
            RegistryError(.interrupted, "\(address): the connection was closed")
        case let error as InvalidStatus:
            RegistryError(.malformed, "\(address): the server answered with the status \"\(error.text.prefix(20))\"")
        case let error as HTTPParserError: RegistryError(.malformed, "\(address): \(error)")
        default: RegistryError(.interrupted, "\(address): \(error)")
        }
    }

    private static func connection(_ error: NIOConnectionError, _ address: WebAddress) -> RegistryError {
        if error.connectionErrors.isEmpty {
            return RegistryError(.unreachable, "\(address): no such host: \(error.host)")
        }
        var reasons: [String] = []
        for failure in error.connectionErrors {
            let reason =
                (failure.error as? IOError).map { String(cString: strerror($0.errnoCode)).lowercased() }
                ?? "\(failure.error)"
            if !reasons.contains(reason) { reasons.append(reason) }
        }
        return RegistryError(
            .unreachable, "\(address): connect to \(error.host):\(error.port): \(reasons.joined(separator: ", "))")
    }

    private static func client(_ error: HTTPClientError, _ address: WebAddress) -> RegistryError {
        switch error {
        case .connectTimeout: RegistryError(.unreachable, "\(address): connecting took too long")
        case .readTimeout: RegistryError(.interrupted, "\(address): nothing arrived for too long")
        case .writeTimeout: RegistryError(.interrupted, "\(address): nothing could be sent for too long")
        case .remoteConnectionClosed: RegistryError(.interrupted, "\(address): the connection was closed early")
        case .tlsHandshakeTimeout: RegistryError(.interrupted, "\(address): the TLS handshake took too long")
        case .proxyAuthenticationRequired:
            RegistryError(.unauthorized, "\(address): the proxy requires credentials")
        case .invalidProxyResponse: RegistryError(.interrupted, "\(address): the proxy refused the connection")
        default: RegistryError(.interrupted, "\(address): \(error.shortDescription)")
        }
    }

    /// The alert that the server has sent (RFC 8446, section 6), in words; nil if there is none, or for one that tells
    /// of a passing failure.
    private static func alert(in text: String) -> String? {
        guard let start = text.firstRange(of: "_ALERT_")?.upperBound else { return nil }
        let name = text[start...].prefix { $0.isASCII && ($0.isUppercase || $0 == "_") }
        guard !["", "INTERNAL_ERROR", "CLOSE_NOTIFY", "USER_CANCELLED"].contains(name) else { return nil }
        return name.lowercased().split(separator: "_").joined(separator: " ")
    }

    private static func security(_ error: any Error, _ address: WebAddress) -> RegistryError {
        let text = "\(error)"
        if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
            return RegistryError(.untrusted, "\(address): http: server gave HTTP response to HTTPS client")
        }
        if text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("unableToValidateCertificate") {
            return RegistryError(.untrusted, "\(address): x509: certificate signed by unknown authority or not valid")
        }
        if text.contains("failedToValidateHostname") || text.contains("Hostname") {
            return RegistryError(.untrusted, "\(address): x509: certificate is not valid for \(address.host)")
        }
        if text.contains("CERTIFICATE_REQUIRED") || text.contains("BAD_CERTIFICATE") {
            return RegistryError(.unauthorized, "\(address): tls: the server requires a client certificate")
        }
        if let alert = alert(in: text) {
            // Whatever the server does not like, it will not like later either.
            let hint =
                alert == "handshake failure" ? ": it may require a client certificate, or another version of TLS" : ""
            return RegistryError(.unauthorized, "\(address): tls: the server refuses the connection (\(alert))\(hint)")
        }
        if text.contains("uncleanShutdown") {
            return RegistryError(.interrupted, "\(address): the connection was closed early")
        }
        return RegistryError(.interrupted, "\(address): tls: \(text)")
    }
}
