import HTTPHeaders

extension FuzzTarget {
    /// Header fields of a server's answer, each read from the same text.
    static let header = FuzzTarget(name: "header") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        for challenge in AuthenticationChallenge.parse([text]) { precondition(!challenge.scheme.isEmpty) }
        if let range = ContentRange(text) { precondition(0 <= range.first && range.first <= range.last) }
        if let last = HTTPNumber.lastByte(ofUpload: text) { precondition((0...HTTPNumber.limit).contains(last)) }
        if let seconds = RetryAfter.seconds(text, now: 1_800_000_000) {
            precondition((0...Int(RetryAfter.limit)).contains(seconds))
        }
        guard let base = WebAddress("https://registry.example/v2/a/tags/list?n=5") else { return }
        for reference in [text, LinkHeader.target("next", in: [text]) ?? ""] {
            guard let address = base.resolving(reference) else { continue }
            precondition(address.path.hasPrefix("/"))
            precondition(address.wireTarget.utf8.allSatisfy { (0x21...0x7E).contains($0) })
        }
    }
}
