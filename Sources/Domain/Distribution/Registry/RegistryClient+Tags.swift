import JSONText

extension RegistryClient {
    /// No listing has more pages.
    private static let pageLimit = 10000

    /// All tags of a repository in the registry's order, however many pages they come in.
    package func tags(of repository: String) throws -> [String] {
        try RegistryError.during("fetching tags list of \(host)/\(repository)") {
            try pages("\(repository)/tags/list", member: "tags", scopes: [.pull(repository)])
        }
    }

    private func pages(_ path: String, member: String, scopes: [RegistryScope]) throws -> [String] {
        var names: [String] = []
        try readPages(HTTPRequest(.get, address(path)), scopes: scopes, accepting: [200]) { response in
            let body = try? JSONValue(parsing: try response.readBody(limit: 16 << 20))
            guard let body, let list = body[member], list.isNull || list.array != nil else {
                throw RegistryError(.malformed, "\(response.address): the answer is no list of \(member)")
            }
            names += (list.array ?? []).compactMap(\.string)
        }
        return names
    }

    /// Reads a list of one or several pages.
    ///
    /// - Parameters:
    ///   - request: for the first page; the others are asked for in the same way.
    ///   - read: takes each page, and uses up its body.
    func readPages(
        _ request: HTTPRequest, scopes: [RegistryScope], accepting: Set<Int>, _ read: (HTTPResponse) throws -> Void
    ) throws {
        var request = request
        var seen: Set<WebAddress> = []
        while true {
            guard seen.insert(request.address).inserted, seen.count <= Self.pageLimit else {
                throw RegistryError(.malformed, "\(request.address): the list's pages never end")
            }
            let response = try send(request, scopes: scopes, accepting: accepting)
            try read(response)
            guard let next = try Self.nextPage(response) else { return }
            request.address = next
        }
    }

    /// The address in `Link: <...>; rel="next"` (RFC 8288), which stays on the same server.
    private static func nextPage(_ response: HTTPResponse) throws -> WebAddress? {
        for link in response.fields.all("link") {
            let parts = link.split(separator: ";").map { String($0).trimmed }
            guard let target = parts.first, target.hasPrefix("<"), target.hasSuffix(">"),
                parts.dropFirst().contains(where: { ["rel=\"next\"", "rel=next"].contains($0.lowercased()) })
            else { continue }
            guard let next = response.address.resolving(String(target.dropFirst().dropLast())),
                next.hasSameOrigin(as: response.address)
            else { throw RegistryError(.malformed, "\(response.address): the next page is on another server") }
            return next
        }
        return nil
    }
}
