import HTTPHeaders
import JSONText

extension RegistryClient {
    /// All tags of a repository in the registry's order, from any number of pages.
    package func tags(of repository: String) throws -> [String] {
        try RegistryError.during("fetching tags list of \(host)/\(repository)") {
            try pages("\(repository)/tags/list", member: "tags", scopes: [.pull(repository)])
        }
    }

    private func pages(_ path: String, member: String, scopes: [RegistryScope]) throws -> [String] {
        var names: [String] = []
        try readPages(HTTPRequest(.get, address(path)), scopes: scopes, accepting: [200]) { response, page in
            let bytes = try page.body(of: response, limit: 16 << 20)
            guard let body = try? JSONValue(parsing: bytes), let list = body[member], list.isNull || list.array != nil
            else {
                throw RegistryError(.malformed, "\(response.address): the response is not a list of \(member)")
            }
            let found = (list.array ?? []).compactMap(\.string)
            try page.count(found.count)
            names += found
        }
        return names
    }

    /// Reads a paginated list.
    ///
    /// - Parameters:
    ///   - request: for the first page; the others are requested in the same way.
    ///   - read: processes each page: consumes its body and counts its entries.
    /// - Throws: ``RegistryError``; of kind `malformed` for an endless list.
    func readPages(
        _ request: HTTPRequest, scopes: [RegistryScope], accepting: Set<Int>,
        _ read: (HTTPResponse, inout PagedListBudget) throws -> Void
    ) throws {
        var request = request
        var budget = PagedListBudget(host)
        while true {
            try budget.begin(request.address)
            let response = try send(request, scopes: scopes, accepting: accepting)
            try read(response, &budget)
            guard let next = try Self.nextPage(response) else { return }
            request.address = next
        }
    }

    /// The address in `Link: <...>; rel="next"` (RFC 8288), which must be on the same server.
    private static func nextPage(_ response: HTTPResponse) throws -> WebAddress? {
        guard let target = LinkHeader.target("next", in: response.fields.all("link")) else { return nil }
        guard let next = response.address.resolving(target), next.hasSameOrigin(as: response.address) else {
            throw RegistryError(.malformed, "\(response.address): the next page is on another server")
        }
        return next
    }
}
