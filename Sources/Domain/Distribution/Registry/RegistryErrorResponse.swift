import HTTPHeaders
import JSONText
import LinuxSystem
import StreamCompression

/// Error responses, worded like those of related tools (distribution-spec, "Error Codes").
enum RegistryErrorResponse {
    /// The maximum number of bytes to read from an error's body.
    private static let limit = 64 << 10

    /// Reads the response and returns the error to throw.
    static func error(_ response: HTTPResponse) -> RegistryError {
        let body = (try? response.body.readAll(limit: limit)) ?? []
        let error = error(status: response.status, body: body, fields: response.fields)
        return response.isFromElsewhere ? error.prefixed("\(response.address)") : error
    }

    static func error(status: Int, body: [UInt8], fields: HTTPFields = HTTPFields()) -> RegistryError {
        let reasons = reasons(in: body)
        let seconds = fields["retry-after"].flatMap { RetryAfter.seconds($0, now: Clock.now().seconds) }
        let text = reasons.isEmpty ? plain(status, body) : reasons.joined(separator: "; ")
        var error = RegistryError(code(status), text, retryAfter: seconds)
        error.isManifestUnknown = codes(in: body).contains("MANIFEST_UNKNOWN")
        return error
    }

    private static func codes(in body: [UInt8]) -> [String] {
        ((try? JSONValue(parsing: body))?["errors"]?.array ?? []).compactMap { $0["code"]?.string }
    }

    /// Like `error(_:)` for a manifest that could not be read: registries need not say more than 404.
    static func missingManifestError(_ response: HTTPResponse) -> RegistryError {
        let body = (try? response.body.readAll(limit: limit)) ?? []
        var error = error(status: response.status, body: body, fields: response.fields)
        if response.isFromElsewhere { error = error.prefixed("\(response.address)") }
        if response.status == 404, codes(in: body).isEmpty { error.isManifestUnknown = true }
        return error
    }

    /// Like `error(_:)` for a rejected manifest: distinguishes whether another type might be accepted.
    static func manifestError(_ response: HTTPResponse) -> RegistryError {
        let body = (try? response.body.readAll(limit: limit)) ?? []
        let error = error(status: response.status, body: body, fields: response.fields)
        let codes = codes(in: body)
        // Responses of registries that only know some types; all of these occur in practice.
        let isRejected = codes.contains { ["MANIFEST_INVALID", "TAG_INVALID", "UNSUPPORTED"].contains($0) }
        guard (400..<500).contains(response.status), response.status == 415 || isRejected else { return error }
        return RegistryError(.manifestRejected, error.message)
    }

    private static func code(_ status: Int) -> RegistryError.Code {
        switch status {
        case 401: .unauthorized
        case 403: .denied
        case 404: .notFound
        case 405, 501: .unsupported
        case 408, 429, 500..<600: .unavailable
        default: .malformed
        }
    }

    private static func reasons(in body: [UInt8]) -> [String] {
        guard let errors = (try? JSONValue(parsing: body))?["errors"]?.array else { return [] }
        return errors.prefix(8).compactMap { entry in
            let code = (entry["code"]?.string ?? "").lowercased().split(separator: "_").joined(separator: " ")
            let message = printable(entry["message"]?.string ?? "")
            if code.isEmpty || message.hasPrefix(code) { return message.isEmpty ? nil : message }
            return message.isEmpty ? code : "\(code): \(message)"
        }
    }

    private static func plain(_ status: Int, _ body: [UInt8]) -> String {
        switch status {
        case 401: return "unauthorized: authentication required"
        case 429: return "too many requests to registry"
        default:
            let message = (try? JSONValue(parsing: body)).flatMap { $0["details"]?.string ?? $0["message"]?.string }
            let detail = message.map { ": \(printable($0))" } ?? ""
            return "unexpected HTTP status \(status)\(name(of: status))\(detail)"
        }
    }

    private static func name(of status: Int) -> String {
        let names = [
            400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 413: "Payload Too Large",
            416: "Range Not Satisfiable", 500: "Internal Server Error", 502: "Bad Gateway",
            503: "Service Unavailable", 504: "Gateway Timeout",
        ]
        return names[status].map { " (\($0))" } ?? ""
    }

    /// A server's message on a single line, safe for terminals and of limited length.
    private static func printable(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) }.prefix(500))
    }
}
