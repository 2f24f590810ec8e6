import HTTPHeaders
import StreamCompression

/// The methods that registries and web servers are asked with.
enum HTTPVerb: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
}

/// One request.
struct HTTPRequest {
    var verb: HTTPVerb
    var address: WebAddress
    var fields: HTTPFields = HTTPFields()
    var body: HTTPRequestBody = .none
    /// How long the first byte of the answer may take once the request is sent, in seconds.
    var patience = 60

    init(_ verb: HTTPVerb, _ address: WebAddress, fields: HTTPFields = HTTPFields(), body: HTTPRequestBody = .none) {
        self.verb = verb
        self.address = address
        self.fields = fields
        self.body = body
    }
}

/// What is sent along.
enum HTTPRequestBody {
    case none
    case bytes([UInt8], type: String)
    /// Read once: such a request cannot be repeated. Without a length it is sent in chunks.
    case stream(any ByteSource, length: Int64?)
    /// Written by whoever asks, and sent in chunks.
    case written(type: String)
}

/// The header fields of a message; names match in any case.
struct HTTPFields: Sendable {
    private(set) var entries: [(name: String, value: String)] = []

    init(_ entries: [(name: String, value: String)] = []) {
        self.entries = entries
    }

    /// The first value of this name.
    subscript(name: String) -> String? {
        let wanted = name.lowercased()
        return entries.first { $0.name.lowercased() == wanted }?.value
    }

    /// All values of this name.
    func all(_ name: String) -> [String] {
        let wanted = name.lowercased()
        return entries.filter { $0.name.lowercased() == wanted }.map(\.value)
    }

    mutating func add(_ name: String, _ value: String) {
        entries.append((name, value))
    }

    /// Takes out all fields of this name.
    mutating func remove(_ name: String) {
        let unwanted = name.lowercased()
        entries.removeAll { $0.name.lowercased() == unwanted }
    }
}

/// An answer whose body has not been read yet. Dropping the body gives up the connection.
struct HTTPResponse {
    let status: Int
    let fields: HTTPFields
    let body: any ByteSource
    /// Where it came from, after redirects.
    let address: WebAddress
    /// Whether that is another server than the one that was asked.
    var isFromElsewhere = false

    var isSuccess: Bool { (200..<300).contains(status) }

    /// The length that the server announces; nil when it announces none or nonsense.
    var contentLength: Int64? {
        fields["content-length"].flatMap { HTTPNumber.parse($0) }
    }

    /// Reads a small body to its end.
    func readBody(limit: Int) throws -> [UInt8] {
        do {
            return try body.readAll(limit: limit)
        } catch let error as CompressionError where error.kind == .limitExceeded {
            throw RegistryError(.malformed, "\(address): the answer has more than \(limit) bytes")
        }
    }

    /// Reads what is left of a body that nobody needs, so that the connection can be used again.
    func discardBody() {
        _ = try? body.readAll(limit: 64 << 10)
    }
}
