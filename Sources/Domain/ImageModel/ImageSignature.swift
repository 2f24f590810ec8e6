import JSONText

/// A detached signature of an image, not verified.
package enum ImageSignature: Sendable, Equatable {
    /// A message signed with GPG (containers-signature(5)).
    case simple([UInt8])
    /// A payload with cosign's annotations.
    case sigstore(SigstoreSignature)

    /// The maximum size of a signature, in bytes.
    package static let maximumSize = 4 << 20
    /// The maximum number of signatures per image.
    package static let maximumCount = 128
    /// The maximum total size of one image's signatures, in bytes.
    package static let maximumTotal = 32 << 20

    /// Parses a signature file. A leading zero byte means that the first line names the format; older files without it
    /// are OpenPGP messages.
    ///
    /// - Throws: `ImageModelError` for an unknown format.
    package init(blob: [UInt8]) throws(ImageModelError) {
        guard let first = blob.first else { throw ImageModelError(.malformed, "empty signature") }
        guard first == 0 else {
            guard Self.beginsMessage(first) else {
                throw ImageModelError(
                    .unknownType,
                    "unrecognized signature format, starting with binary 0x\(String(first, radix: 16))")
            }
            self = .simple(blob)
            return
        }
        let name = blob.dropFirst().prefix { $0 != UInt8(ascii: "\n") }
        guard name.count + 1 < blob.count else {
            throw ImageModelError(.malformed, "invalid signature format, missing newline")
        }
        let rest = Array(blob.dropFirst(name.count + 2))
        switch String(decoding: name, as: UTF8.self) {
        case "simple-signing": self = .simple(rest)
        case "sigstore-json":
            guard let signature = (try? JSONValue(parsing: rest)).flatMap(SigstoreSignature.init(json:)) else {
                throw ImageModelError(.malformed, "the signature cannot be parsed")
            }
            self = .sigstore(signature)
        default: throw ImageModelError(.unknownType, "unknown signature format")
        }
    }

    /// Whether a byte starts an OpenPGP packet of compressed data, a one-pass signature or a signature (RFC 4880, 4.2).
    private static func beginsMessage(_ byte: UInt8) -> Bool {
        let tag = byte & 0x40 == 0 ? (byte >> 2) & 0x0F : byte & 0x3F
        return byte & 0x80 != 0 && [2, 4, 8].contains(tag)
    }

    /// The file content, as other tools write it.
    package var blob: [UInt8] {
        switch self {
        case .simple(let bytes): bytes
        case .sigstore(let signature):
            [0] + Array("sigstore-json\n".utf8) + signature.json.serialized(escapeHTML: true)
        }
    }

    /// Reads files numbered from 1, up to the first missing one.
    ///
    /// - Parameters:
    ///   - place: the location, for messages.
    ///   - read: the bytes of a file, at most ``maximumSize``; nil when it does not exist.
    /// - Throws: `ImageModelError` for an invalid signature and for exceeded limits.
    package static func numbered(
        in place: String, _ read: (Int) throws -> [UInt8]?
    ) throws -> [ImageSignature] {
        var signatures: [ImageSignature] = []
        var total = 0
        while let bytes = try read(signatures.count + 1) {
            total += bytes.count
            try checkBounds(count: signatures.count + 1, total: total, place)
            do {
                signatures.append(try ImageSignature(blob: bytes))
            } catch {
                throw ImageModelError(
                    error.kind, "\(place): parsing signature \(signatures.count + 1): \(error.message)")
            }
        }
        return signatures
    }

    /// Rejects unreasonably many or large signatures.
    package static func checkBounds(count: Int, total: Int, _ place: String) throws(ImageModelError) {
        guard count <= maximumCount, total <= maximumTotal else {
            throw ImageModelError(
                .malformed, "\(place): more than \(maximumCount) signatures or \(maximumTotal) bytes of them")
        }
    }
}
