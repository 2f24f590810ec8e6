import HTTPHeaders
import LinuxSystem

/// Limits a paginated list of a registry, so that an endless one does not consume unbounded memory or time.
struct PagedListBudget {
    /// The maximum number of entries on all pages together.
    private static let maximumEntries = 1_000_000
    /// The maximum number of bytes of all pages together.
    private static let maximumBytes = 64 << 20
    private static let maximumPages = 10_000
    /// The maximum number of consecutive empty pages.
    private static let maximumEmptyPages = 16
    private static let maximumDuration = Duration.seconds(1800)

    private let host: String
    private let start = ContinuousClock.now
    private var seen: Set<WebAddress> = []
    private var entries = 0
    private var bytes = 0
    private var emptyPages = 0

    init(_ host: String) {
        self.host = host
    }

    /// Accounts for the request of another page.
    mutating func begin(_ address: WebAddress) throws {
        guard seen.insert(address).inserted, seen.count <= Self.maximumPages else {
            throw RegistryError(.malformed, "\(address): the list's pages never end")
        }
        guard ContinuousClock.now - start < Self.maximumDuration else {
            throw excess("does not end within \(Self.maximumDuration)")
        }
    }

    /// Reads the body of a page.
    mutating func body(of page: HTTPResponse, limit: Int) throws -> [UInt8] {
        let body = try page.readBody(limit: limit)
        bytes = bytes.addingSaturated(body.count)
        guard bytes <= Self.maximumBytes else { throw excess("has more than \(Self.maximumBytes) bytes") }
        return body
    }

    /// Accounts for the entries on a page.
    mutating func count(_ found: Int) throws {
        entries = entries.addingSaturated(found)
        guard entries <= Self.maximumEntries else { throw excess("has more than \(Self.maximumEntries) entries") }
        emptyPages = found == 0 ? emptyPages + 1 : 0  // arithmetic: at most one more than the limit
        guard emptyPages <= Self.maximumEmptyPages else {
            throw excess("continues after \(Self.maximumEmptyPages) empty pages")
        }
    }

    private func excess(_ words: String) -> RegistryError {
        RegistryError(.malformed, "\(host): the list \(words)")
    }
}
