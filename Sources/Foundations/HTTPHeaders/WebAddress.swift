// arithmetic: path, directory, base, reference: texts

/// An `http` or `https` URL (RFC 3986), split into the parts that a request needs.
package struct WebAddress: Sendable, Hashable {
    /// Whether the connection uses TLS.
    package let isSecure: Bool
    /// The host as written in the URL, with brackets around IPv6 addresses; lower case.
    package let host: String
    /// The port, unless it is the scheme's default.
    package let port: Int?
    /// The path, which begins with a slash.
    package var path: String
    /// The part after the question mark.
    package var query: String?
    /// `user:password` from the URL; never part of the description.
    package let userInformation: String?
    /// The Unix socket to connect to in place of a host.
    package let socket: String?

    /// Parses an absolute URL; nil for anything else, including other schemes. A fragment is dropped.
    package init?(_ text: String) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }), let colon = text.range(ofText: "://") else {
            return nil
        }
        switch text[..<colon.lowerBound].lowercased() {
        case "http": isSecure = false
        case "https": isSecure = true
        default: return nil
        }
        let rest = text[colon.upperBound...].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let target = rest[authority.endIndex...]
        let at = authority.lastIndex(of: "@")
        socket = nil
        userInformation = at.map { String(authority[..<$0]) }
        let hostAndPort = at.map { authority[authority.index(after: $0)...] } ?? authority
        guard let (host, port) = Self.split(hostAndPort) else { return nil }
        self.host = host
        self.port = port == (isSecure ? 443 : 80) ? nil : port
        let question = target.firstIndex(of: "?")
        let path = question.map { target[..<$0] } ?? target
        self.path = path.isEmpty ? "/" : String(path)
        query = question.map { String(target[target.index(after: $0)...]) }
    }

    /// The address of a registry's host (`host[:port]`); nil when it is none.
    package init?(host: String, isSecure: Bool, path: String) {
        self.init("\(isSecure ? "https" : "http")://\(host)\(path)")
    }

    /// What listens on a Unix socket.
    package init(socket: String) {
        self.socket = socket
        isSecure = false
        host = "localhost"
        port = nil
        path = "/"
        query = nil
        userInformation = nil
    }

    private static func split(_ text: Substring) -> (host: String, port: Int?)? {
        var host = text
        var port: Int?
        if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
            host = text[..<colon]
            let digits = text[text.index(after: colon)...]
            if !digits.isEmpty {
                guard let number = HTTPNumber.parse(digits), (1...65535).contains(number) else { return nil }
                port = Int(clamping: number)
            }
        }
        guard !host.isEmpty, !host.contains("\\") else { return nil }
        return (host.lowercased(), port)
    }

    /// `host[:port]`.
    package var authority: String { host + (port.map { ":\($0)" } ?? "") }

    /// The port to connect to.
    package var effectivePort: Int { port ?? (isSecure ? 443 : 80) }

    /// Whether both are the same server, so that credentials for one may go to the other.
    package func hasSameOrigin(as other: WebAddress) -> Bool {
        isSecure == other.isSecure && host == other.host && effectivePort == other.effectivePort
    }

    /// Path and query, unmodified.
    package var target: String { path + (query.map { "?\($0)" } ?? "") }

    /// What is sent: path and query as they were written, but for what may not stand there unescaped.
    package var wireTarget: String { PercentEncoding.escaped(target) }

    /// What to connect to: the address without path and query.
    package var server: String {
        if let socket { return "http+unix://\(PercentEncoding.encode(socket, keepsSlashes: false))" }
        return "\(isSecure ? "https" : "http")://\(authority)"
    }

    /// The whole address.
    package var absolute: String { server + target }

    /// What a `Location` or `Link` at this address refers to; nil when that is no web address, or had bytes in it that
    /// are no text and did not arrive.
    package func resolving(_ reference: String) -> WebAddress? {
        guard !reference.unicodeScalars.contains("\u{FFFD}") else { return nil }
        if let absolute = WebAddress(reference) { return absolute }
        let scheme = isSecure ? "https" : "http"
        if reference.hasPrefix("//") { return WebAddress("\(scheme):\(reference)") }
        let base = "\(scheme)://\(authority)"
        if reference.hasPrefix("/") { return WebAddress(base + reference) }
        if reference.hasPrefix("?") { return WebAddress(base + path + reference) }
        let colon = reference.firstIndex(of: ":") ?? reference.endIndex
        guard !reference.isEmpty, reference[..<colon].contains("/") || colon == reference.endIndex else { return nil }
        let directory = path[...(path.lastIndex(of: "/") ?? path.startIndex)]
        guard var result = WebAddress(base + directory + reference) else { return nil }
        result.path = Self.removingDots(result.path)
        return result
    }

    /// A path without `.` and `..` components (RFC 3986, section 5.2.4).
    static func removingDots(_ path: String) -> String {
        var kept: [Substring] = []
        let components = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for component in components {
            if component == ".." { _ = kept.popLast() } else if component != "." { kept.append(component) }
        }
        if let last = components.last, last == "." || last == ".." { kept.append("") }
        return "/" + kept.joined(separator: "/")
    }

    /// The same address with one more query item, encoded here; what the query has already stays as it is.
    package func adding(_ name: String, _ value: String) -> WebAddress {
        var result = self
        let item = "\(name)=\(PercentEncoding.encode(value))"
        result.query = query.map { $0.isEmpty ? item : "\($0)&\(item)" } ?? item
        return result
    }
}

extension WebAddress: CustomStringConvertible {
    /// The address for messages: without credentials, and with its query's values hidden, since redirects to blob
    /// storage contain signatures there.
    package var description: String {
        if let socket { return "unix://\(socket)" }
        let scheme = isSecure ? "https" : "http"
        guard let query else { return "\(scheme)://\(authority)\(path)" }
        let shown = query.split(separator: "&").map { item -> String in
            let name = item.prefix { $0 != "=" }
            let isPlain = ["n", "last", "digest", "mount", "from", "scope", "service"].contains(name)
            return isPlain || name.count == item.count ? String(item) : "\(name)=REDACTED"
        }
        return "\(scheme)://\(authority)\(path)?\(shown.joined(separator: "&"))"
    }
}
