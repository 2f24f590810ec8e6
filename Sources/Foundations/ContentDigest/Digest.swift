/// A content digest: `sha256:` and 64 lower-case hexadecimal digits (image-spec, "Digests").
///
/// Encodes as that string and decodes strictly.
package struct Digest: Sendable, Hashable, CustomStringConvertible {
    /// A registered hash algorithm.
    package enum Algorithm: String, Sendable, Hashable, CaseIterable {
        case sha256
        case sha512

        /// Number of hexadecimal digits in a digest of this algorithm.
        package var hexLength: Int {
            switch self {
            case .sha256: 64
            case .sha512: 128
            }
        }
    }

    /// The hash algorithm.
    package let algorithm: Algorithm
    /// The hash value, `algorithm.hexLength` lower-case hexadecimal digits: safe as a file name.
    package let hex: String

    /// `algorithm:hex`.
    package var description: String { "\(algorithm.rawValue):\(hex)" }

    /// Parses `algorithm:hex`. Accepts only known algorithms, the right length and lower-case digits.
    package init(parsing text: String) throws(DigestError) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            throw DigestError(.malformed, "invalid digest \"\(Self.excerpt(text))\": no algorithm")
        }
        guard let algorithm = Algorithm(rawValue: String(text[..<colon])) else {
            throw DigestError(.unsupportedAlgorithm, "unsupported digest algorithm in \"\(Self.excerpt(text))\"")
        }
        try self.init(algorithm, hex: String(text[text.utf8.index(after: colon)...]))
    }

    /// Parses `algorithm:hex`; nil where `init(parsing:)` throws.
    package init?(_ text: String) {
        do {
            try self.init(parsing: text)
        } catch {
            return nil
        }
    }

    /// A digest from its two parts, validated as by `init(parsing:)`.
    package init(_ algorithm: Algorithm, hex: String) throws(DigestError) {
        guard hex.utf8.count == algorithm.hexLength else {
            throw DigestError(
                .malformed,
                "invalid digest \"\(algorithm.rawValue):\(Self.excerpt(hex))\": "
                    + "expected \(algorithm.hexLength) hexadecimal digits")
        }
        guard hex.utf8.allSatisfy(Self.isLowerHex) else {
            throw DigestError(
                .malformed,
                "invalid digest \"\(algorithm.rawValue):\(Self.excerpt(hex))\": not lower-case hexadecimal")
        }
        self.algorithm = algorithm
        self.hex = hex
    }

    /// A digest from a hash value.
    init(_ algorithm: Algorithm, hash: some Sequence<UInt8>) {
        self.algorithm = algorithm
        hex = String(unsafeUninitializedCapacity: algorithm.hexLength) { text in
            var used = 0
            for byte in hash where used + 2 <= text.count {
                text[used] = Self.hexDigit(byte >> 4)
                text[used + 1] = Self.hexDigit(byte & 15)
                used += 2
            }
            return used
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private static func isLowerHex(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    /// Keeps hostile input from flooding an error message.
    private static func excerpt(_ text: String) -> String {
        text.utf8.count <= 160 ? text : String(text.prefix(150)) + "…"
    }
}

extension Digest: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            try self.init(parsing: text)
        } catch {
            throw DecodingError.dataCorrupted(
                .init(codingPath: container.codingPath, debugDescription: error.description, underlyingError: error))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Digest: Comparable {
    /// Orders by the string form, for stable listings.
    package static func < (left: Digest, right: Digest) -> Bool {
        (left.algorithm.rawValue, left.hex) < (right.algorithm.rawValue, right.hex)
    }
}
