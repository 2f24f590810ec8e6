import HTTPHeaders
import StreamCompression

/// The request methods in use.
enum HTTPVerb: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
}

/// An HTTP request.
struct HTTPRequest {
    var verb: HTTPVerb
    var address: WebAddress
    var fields: HTTPFields = HTTPFields()
    var body: HTTPRequestBody = .none
    /// How many seconds the first byte of the response may take after the request has been sent.
    var patience = 60

    init(_ verb: HTTPVerb, _ address: WebAddress, fields: HTTPFields = HTTPFields(), body: HTTPRequestBody = .none) {
        self.verb = verb
        self.address = address
        self.fields = fields
        self.body = body
    }
}

/// The body of a request.
enum HTTPRequestBody {
    case none
    case bytes([UInt8], type: String)
    /// Can be read only once: such a request cannot be repeated. Without a length it is sent in chunks.
    case stream(any ByteSource, length: Int64?)
    /// Written by the caller, and sent in chunks.
    case written(type: String)
}

/// The header fields of a message; names are case-insensitive.
struct HTTPFields: Sendable {
    private(set) var entries: [(name: String, value: String)] = []

    init(_ entries: [(name: String, value: String)] = []) {
        self.entries = entries
    }

    /// The first value of this field.
    subscript(name: String) -> String? {
        let wanted = name.lowercased()
        return entries.first { $0.name.lowercased() == wanted }?.value
    }

    /// All values of this field.
    func all(_ name: String) -> [String] {
        let wanted = name.lowercased()
        return entries.filter { $0.name.lowercased() == wanted }.map(\.value)
    }

    mutating func add(_ name: String, _ value: String) {
        entries.append((name, value))
    }

    /// Removes all fields with this name.
    mutating func remove(_ name: String) {
        let unwanted = name.lowercased()
        entries.removeAll { $0.name.lowercased() == unwanted }
    }
}

/// A response whose body has not been read yet. Dropping the body closes the connection.
struct HTTPResponse {
    let status: Int
    let fields: HTTPFields
    let body: any ByteSource
    /// The address that it came from, after redirects.
    let address: WebAddress
    /// Whether that is a different server than the requested one.
    var isFromElsewhere = false

    var isSuccess: Bool { (200..<300).contains(status) }

    /// The announced length; nil if it is missing or invalid.
    var contentLength: Int64? {
        fields["content-length"].flatMap { HTTPNumber.parse($0) }
    }

    /// Reads a small body completely.
    func readBody(limit: Int) throws -> [UInt8] {
        do {
            return try body.readAll(limit: limit)
        } catch let error as CompressionError where error.kind == .limitExceeded {
            throw RegistryError(.malformed, "\(address): the response has more than \(limit) bytes")
        }
    }

    /// Reads and discards the rest of the body, so that the connection can be reused.
    func discardBody() {
        _ = try? body.readAll(limit: 64 << 10)
    }
}
