import HTTPHeaders

/// The identifiers of a source that the rules of a policy are compared with.
///
/// Whatever spelling a Dockerfile chooses, a rule must apply: user, port, case, dots and needless encoding in an address
/// do not make another source. A user in front of the host must not make it look like one that is allowed, either:
/// `http://good.test@evil.test/` is on `evil.test`.
struct SourceIdentifiers: Equatable {
    /// Forms that any rule may match.
    private(set) var plain: [String] = []
    /// Forms that may only deny or replace.
    private(set) var others: [String] = []

    /// - Parameter address: of a file on a web server.
    init(address: String) {
        add(address)
        guard let parsed = WebAddress(address) else { return }
        plain.append(parsed.normalized)
        others.append(parsed.absolute)
    }

    /// - Parameter text: the source that the reference was parsed from.
    init(repository text: String, _ reference: GitReference) {
        let remote = reference.remote
        add(text)
        add(remote)
        others.append("git://" + remote)
        guard let (scheme, user, place) = Self.split(remote) else { return }
        var fragment = reference.ref.isEmpty && reference.directory.isEmpty ? "" : "#\(reference.ref)"
        if !reference.directory.isEmpty { fragment += ":\(reference.directory)" }
        var places = [place]
        // The usual user of servers with SSH belongs to their addresses.
        if user == "git", scheme == "ssh" { places.append("git@\(place)") }
        for place in places {
            for prefix in Set([scheme, "git"]).sorted() {
                plain.append("\(prefix)://\(place)")
                if !fragment.isEmpty { plain.append("\(prefix)://\(place)\(fragment)") }
            }
        }
    }

    private mutating func add(_ text: String) {
        if Self.isPlain(text) { plain.append(text) } else { others.append(text) }
    }

    /// Whether what the text looks like is what it means.
    private static func isPlain(_ text: String) -> Bool {
        // In `user@host:path`, everybody sees the host.
        guard text.range(ofText: "://") != nil, let parts = split(text) else { return true }
        let place = text.lowercased()
        return parts.user == nil && place.range(ofText: "/.") == nil && place.range(ofText: "%2e") == nil
    }

    /// The parts of `scheme://user@host/path` or `user@host:path`, with scheme and host in lower case; nil for others.
    private static func split(_ text: String) -> (scheme: String, user: String?, place: String)? {
        if let web = WebAddress(text) {
            let scheme = web.isSecure ? "https" : "http"
            return (scheme, web.userInformation, String(web.normalized.dropFirst(scheme.count + 3)))
        }
        if let mark = text.range(ofText: "://") {
            let rest = text[mark.upperBound...]
            let authority = rest.prefix { $0 != "/" }
            let at = authority.lastIndex(of: "@")
            let host = at.map { authority[authority.index(after: $0)...] } ?? authority
            return (
                text[..<mark.lowerBound].lowercased(), at.map { String(authority[..<$0]) },
                host.lowercased() + rest[authority.endIndex...]
            )
        }
        guard let at = text.firstIndex(of: "@"), let colon = text[at...].firstIndex(of: ":") else { return nil }
        let path = text[text.index(after: colon)...]
        return (
            "ssh", String(text[..<at]),
            text[text.index(after: at)..<colon].lowercased() + (path.hasPrefix("/") ? "" : "/") + path
        )
    }
}
