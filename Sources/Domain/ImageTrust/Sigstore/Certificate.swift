import Crypto
import CryptoExtras
import FoundationEssentials
import KeyEncoding

/// An X.509 certificate (RFC 5280), as far as verifying the signer of an image needs it.
struct Certificate: Equatable {
    /// Where extensions are found.
    enum Extension {
        static let subjectAlternativeName = "2.5.29.17"
        static let keyUsage = "2.5.29.15"
        static let basicConstraints = "2.5.29.19"
        static let extendedKeyUsage = "2.5.29.37"
        /// Fulcio's: the identity provider, as raw text and as a DER string.
        static let issuer = "1.3.6.1.4.1.57264.1.1"
        static let issuerV2 = "1.3.6.1.4.1.57264.1.8"
    }

    /// The names of the subject and the issuer, in DER.
    let subject: [UInt8]
    let issuer: [UInt8]
    /// The seconds since 1970 between which it is valid.
    let validity: ClosedRange<Int64>
    /// The public key, in DER.
    let key: [UInt8]
    /// The values of the extensions, by object identifier.
    let extensions: [String: [UInt8]]
    /// Critical extensions that only others understand.
    let unknownCritical: [String]
    /// What the issuer signed, with what algorithm, and the signature.
    let signed: [UInt8]
    let algorithm: String
    let signature: [UInt8]

    /// All certificates in a PEM file; nil if one is malformed.
    static func all(inPEM text: [UInt8]) -> [Certificate]? {
        let blocks = PEMBlock.all(in: text).filter { $0.label == "CERTIFICATE" }
        let parsed = blocks.compactMap { Certificate($0.bytes) }
        return parsed.count == blocks.count ? parsed : nil
    }

    /// nil for malformed bytes, and for certificates older than version 3.
    init?(_ der: [UInt8]) {
        guard let whole = DERValue(parsing: der), whole.tag == DERValue.Tag.sequence, let parts = whole.children,
            parts.count == 3, parts[0].tag == DERValue.Tag.sequence,
            let algorithm = parts[1].children?.first?.objectIdentifier, let signature = parts[2].bits,
            var fields = parts[0].children?[...], let version = fields.popFirst(),
            version == DERValue(DERValue.Tag.context(0), [DERValue(DERValue.Tag.integer, [2])]), fields.count >= 6
        else { return nil }
        let body = Array(fields)
        // The algorithm is named twice, once inside of what is signed.
        guard body[1] == parts[1], let times = body[3].children, times.count == 2, let from = Self.seconds(times[0]),
            let to = Self.seconds(times[1]), from <= to
        else { return nil }
        self.algorithm = algorithm
        self.signature = signature
        signed = parts[0].encoded
        issuer = body[2].encoded
        validity = from...to
        subject = body[4].encoded
        key = body[5].encoded
        let lists = body.dropFirst(6).first { $0.tag == DERValue.Tag.context(3) }
        guard let (known, critical) = Self.extensions(lists) else { return nil }
        extensions = known
        unknownCritical = critical
    }

    private static func extensions(_ wrapped: DERValue?) -> (values: [String: [UInt8]], unknown: [String])? {
        guard let wrapped else { return ([:], []) }
        guard let entries = wrapped.children?.first?.children else { return nil }
        let understood = [
            Extension.subjectAlternativeName, Extension.keyUsage, Extension.basicConstraints,
            Extension.extendedKeyUsage,
        ]
        var values: [String: [UInt8]] = [:]
        var unknown: [String] = []
        for entry in entries {
            guard let parts = entry.children, let name = parts.first?.objectIdentifier, parts.count >= 2,
                let value = parts.last, value.tag == DERValue.Tag.octetString, values[name] == nil
            else { return nil }
            values[name] = value.content
            let isCritical = parts.count == 3 && parts[1].tag == DERValue.Tag.boolean && parts[1].content != [0]
            if isCritical, !understood.contains(name) { unknown.append(name) }
        }
        return (values, unknown)
    }

    /// A time in seconds since 1970, in UTC as certificates have it (RFC 5280, section 4.1.2.5).
    private static func seconds(_ value: DERValue) -> Int64? {
        var digits = value.content
        switch value.tag {
        case DERValue.Tag.utcTime:
            guard digits.count == 13 else { return nil }
            digits = Array((digits[0] >= UInt8(ascii: "5") ? "19" : "20").utf8) + digits
        case DERValue.Tag.generalizedTime: break
        default: return nil
        }
        guard digits.count == 15, digits.last == UInt8(ascii: "Z"),
            digits.dropLast().allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        func number(_ start: Int, _ count: Int) -> Int64 {
            digits[start..<(start + count)].reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        }
        let (year, month, day) = (number(0, 4), number(4, 2), number(6, 2))
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        // Days from civil dates; years begin in March.
        let shifted = month <= 2 ? year - 1 : year
        let (era, ofEra) = (shifted / 400, shifted % 400)
        let ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let days = era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
        return ((days * 24 + number(8, 2)) * 60 + number(10, 2)) * 60 + number(12, 2)
    }

    // MARK: Extensions

    /// Whether it may issue other certificates.
    var isAuthority: Bool {
        guard let value = extensions[Extension.basicConstraints].flatMap({ DERValue(parsing: $0) }),
            let first = value.children?.first, first.tag == DERValue.Tag.boolean, first.content != [0]
        else { return false }
        guard let usage = extensions[Extension.keyUsage] else { return true }
        // keyCertSign is bit 5.
        guard let bits = DERValue(parsing: usage), bits.tag == DERValue.Tag.bitString, bits.content.count >= 2 else {
            return false
        }
        return bits.content[1] & 0x04 != 0
    }

    /// How many authorities may stand between it and the last certificate; nil for any number.
    var pathLength: Int? {
        guard let value = extensions[Extension.basicConstraints].flatMap({ DERValue(parsing: $0) }),
            let number = value.children?.dropFirst().first, number.tag == DERValue.Tag.integer
        else { return nil }
        return number.content.count == 1 ? Int(number.content[0]) : 0
    }

    /// Whether it may be used for signing code: what says nothing of its use may.
    var allowsCodeSigning: Bool {
        guard let value = extensions[Extension.extendedKeyUsage] else { return true }
        let uses = DERValue(parsing: value)?.children?.compactMap(\.objectIdentifier) ?? []
        return uses.contains("1.3.6.1.5.5.7.3.3") || uses.contains("2.5.29.37.0")
    }

    /// The alternative names of a kind: 1 for email addresses, 2 for hosts, 7 for addresses.
    func alternativeNames(_ kind: UInt8) -> [[UInt8]] {
        let names = extensions[Extension.subjectAlternativeName].flatMap { DERValue(parsing: $0) }?.children ?? []
        return names.filter { $0.tag == 0x80 | kind }.map(\.content)
    }

    /// The identity provider that vouched for the subject; nil if there is none, or two that differ.
    var identityProvider: String? {
        let first = extensions[Extension.issuer].map { String(decoding: $0, as: UTF8.self) }
        var second: String?
        if let value = extensions[Extension.issuerV2] {
            guard let text = DERValue(parsing: value), text.tag == DERValue.Tag.utf8String else { return nil }
            second = String(decoding: text.content, as: UTF8.self)
        }
        if let first, let second, first != second { return nil }
        return first ?? second
    }

    // MARK: Signatures

    /// Whether `issuer` has signed this certificate.
    func isSigned(by issuer: Certificate) -> Bool {
        guard let key = SigstoreKey(der: issuer.key) else { return false }
        switch algorithm {
        case "1.2.840.113549.1.1.11", "1.2.840.10045.4.3.2": return key.accepts(signature, of: signed, hash: .sha256)
        case "1.2.840.113549.1.1.12", "1.2.840.10045.4.3.3": return key.accepts(signature, of: signed, hash: .sha384)
        case "1.2.840.113549.1.1.13", "1.2.840.10045.4.3.4": return key.accepts(signature, of: signed, hash: .sha512)
        case "1.3.101.112":
            guard case .ed25519 = key else { return false }
            return key.accepts(signature, of: signed, hash: .sha256)
        default: return false
        }
    }
}
