// arithmetic: path, directory, base, reference: texts

/// An `http` or `https` address (RFC 3986), in the parts that a request needs.
package struct WebAddress: Sendable, Hashable {
    /// Whether the connection is secured.
    package let isSecure: Bool
    /// The host as it is written, with brackets around IPv6 addresses; lower case.
    package let host: String
    /// The port, where it is not the scheme's own.
    package let port: Int?
    /// The path, which begins with a slash.
    package var path: String
    /// What follows the question mark.
    package var query: String?
    /// `user:password` that stood in the address; never part of the description.
    package let userInformation: String?
    /// The Unix socket to connect to in place of a host.
    let socket: String?

    /// Reads an absolute address; nil for anything else, other schemes included. A fragment is dropped.
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
    init?(host: String, isSecure: Bool, path: String) {
        self.init("\(isSecure ? "https" : "http")://\(host)\(path)")
    }

    /// What listens on a Unix socket.
    init(socket: String) {
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

    /// The port that is connected to.
    package var effectivePort: Int { port ?? (isSecure ? 443 : 80) }

    /// Whether both are the same server, so that credentials for one may go to the other.
    package func hasSameOrigin(as other: WebAddress) -> Bool {
        isSecure == other.isSecure && host == other.host && effectivePort == other.effectivePort
    }

    /// Path and query, as they were written.
    package var target: String { path + (query.map { "?\($0)" } ?? "") }

    /// What is sent: path and query as they were written, but for what may not stand there unescaped.
    var wireTarget: String { PercentEncoding.escaped(target) }

    /// What to connect to: the address without path and query.
    var server: String {
        if let socket { return "http+unix://\(PercentEncoding.encode(socket, keepsSlashes: false))" }
        return "\(isSecure ? "https" : "http")://\(authority)"
    }

    /// The whole address.
    var absolute: String { server + target }

    /// The last component of the path, decoded, or as it is written where it stands for no text; empty when the path
    /// ends with a slash.
    package var fileName: String {
        let last = path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...]
        let bytes = PercentEncoding.bytes(last)
        guard !bytes.contains(0), let name = String(validating: bytes, as: UTF8.self) else { return String(last) }
        return name
    }

    /// What a `Location` or `Link` at this address refers to; nil when that is no web address, or had bytes in it that
    /// are no text and did not arrive.
    func resolving(_ reference: String) -> WebAddress? {
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

    /// A path without the components `.` and `..` (RFC 3986, section 5.2.4).
    private static func removingDots(_ path: String) -> String {
        var kept: [Substring] = []
        let components = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        for component in components {
            if component == ".." { _ = kept.popLast() } else if component != "." { kept.append(component) }
        }
        if let last = components.last, last == "." || last == ".." { kept.append("") }
        return "/" + kept.joined(separator: "/")
    }

    /// The same address with one more query item, encoded here; what the query has already stays as it is.
    func adding(_ name: String, _ value: String) -> WebAddress {
        var result = self
        let item = "\(name)=\(PercentEncoding.encode(value))"
        result.query = query.map { $0.isEmpty ? item : "\($0)&\(item)" } ?? item
        return result
    }
}

extension WebAddress: CustomStringConvertible {
    /// The address for messages: without credentials, and with the values of its query hidden, since redirects to blob
    /// storage carry their signatures there.
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

/// `%XX` in addresses (RFC 3986, section 2.1).
enum PercentEncoding {
    /// Everything but unreserved characters encoded; colons stay, since digests have them and tools print them.
    static func encode(_ text: String, keepsSlashes: Bool = true) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "/") where !keepsSlashes: result += Array("%2F".utf8)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: ","):
                result.append(byte)
            default: result += escape(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The text with what may not stand in an address escaped; escapes that are there already stay as they are.
    static func escaped(_ text: String) -> String {
        let forbidden = Array("\"<>\\^`{|}".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            if (0x21...0x7E).contains(byte), !forbidden.contains(byte) {
                result.append(byte)
            } else {
                result += escape(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func escape(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]  // arithmetic: four bits
    }

    /// The text that the text stands for; bytes that are none become U+FFFD.
    static func decode(_ text: some StringProtocol) -> String { String(decoding: bytes(text), as: UTF8.self) }

    /// The bytes that the text stands for; what is no valid escape stays.
    static func bytes(_ text: some StringProtocol) -> [UInt8] {
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, rest.first != UInt8(ascii: "+"),
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                result.append(value)
                rest = rest.dropFirst(2)
            } else {
                result.append(byte)
            }
        }
        return result
    }
}

extension StringProtocol {
    /// Where `needle` stands first.
    func range(ofText needle: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(needle) { return start..<index(start, offsetBy: needle.count) }
            start = index(after: start)
        }
        return nil
    }

    /// Without white space at both ends.
    var trimmed: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
