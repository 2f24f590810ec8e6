import JSONText

/// A block of a PEM file (RFC 7468), with the headers of encrypted keys (RFC 1421).
package struct PEMBlock: Sendable, Equatable {
    /// The text between `BEGIN` and the dashes: `PUBLIC KEY`.
    package let label: String
    /// `Proc-Type: 4,ENCRYPTED` and others.
    package let headers: [String: String]
    package let bytes: [UInt8]

    package init(label: String, bytes: [UInt8]) {
        self.label = label
        self.bytes = bytes
        headers = [:]
    }

    private init(label: String, headers: [String: String], bytes: [UInt8]) {
        self.label = label
        self.headers = headers
        self.bytes = bytes
    }

    /// All well-formed blocks in a file; text around them is a comment.
    package static func all(in text: [UInt8]) -> [PEMBlock] {
        var blocks: [PEMBlock] = []
        var label: String?
        var lines: [String] = []
        for line in text.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            let line = trimmed(String(decoding: line, as: UTF8.self))
            if let begun = between("-----BEGIN ", line) {
                (label, lines) = (begun, [])
            } else if let open = label {
                if between("-----END ", line) == open {
                    if let block = PEMBlock(label: open, lines: lines) { blocks.append(block) }
                    label = nil
                } else {
                    lines.append(line)
                }
            }
        }
        return blocks
    }

    private init?(label: String, lines: [String]) {
        var headers: [String: String] = [:]
        var content = ""
        for line in lines {
            if let colon = line.firstIndex(of: ":") {
                headers[String(line[..<colon])] = Self.trimmed(String(line[line.index(after: colon)...]))
            } else {
                content += line
            }
        }
        guard let bytes = Base64.decode(content), !bytes.isEmpty else { return nil }
        self.init(label: label, headers: headers, bytes: bytes)
    }

    private static func between(_ prefix: String, _ line: String) -> String? {
        guard line.hasPrefix(prefix), line.hasSuffix("-----"), line.utf8.count > prefix.utf8.count + 5 else {
            return nil
        }
        return String(line.dropFirst(prefix.count).dropLast(5))
    }

    private static func trimmed(_ text: String) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }

    /// The block as text, in lines of 64 characters.
    package var text: String {
        var result = "-----BEGIN \(label)-----\n"
        var rest = Base64.encode(bytes)[...]
        while !rest.isEmpty {
            result += rest.prefix(64) + "\n"
            rest = rest.dropFirst(64)
        }
        return result + "-----END \(label)-----\n"
    }
}

/// Base64 with the alphabet for URLs, without padding (RFC 4648, section 5; RFC 7515, section 2).
package enum Base64URL {
    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        String(
            Base64.encode(bytes).compactMap { character -> Character? in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: character
                }
            })
    }

    /// nil for any other text; padding is not accepted.
    package static func decode(_ text: String) -> [UInt8]? {
        guard text.utf8.allSatisfy({ $0 < 128 }), !text.contains(where: { "+/=".contains($0) }) else { return nil }
        let usual = text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        let padding = String(repeating: "=", count: (4 - usual.count % 4) % 4)
        return Base64.decode(String(usual) + padding)
    }
}
