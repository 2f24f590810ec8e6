import JSONText

/// A signature that is kept beside an image. None of it has been verified.
package enum ImageSignature: Sendable, Equatable {
    /// A message that GPG has signed (containers-signature(5)).
    case simple([UInt8])
    /// A payload with what cosign says of it.
    case sigstore(SigstoreSignature)

    /// The largest signature that is read.
    package static let maximumSize = 4 << 20
    /// The largest number of signatures of one image.
    package static let maximumCount = 128
    /// The most bytes that all signatures of one image may have.
    package static let maximumTotal = 32 << 20

    /// Reads a signature file. What begins with a zero byte names its format in the first line; before there were
    /// formats, it was an OpenPGP message.
    ///
    /// - Throws: `ImageModelError` for a format that is not known.
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
                throw ImageModelError(.malformed, "a signature that cannot be read")
            }
            self = .sigstore(signature)
        default: throw ImageModelError(.unknownType, "a signature of an unknown format")
        }
    }

    /// Whether an OpenPGP packet of compressed data, of a one-pass signature or of a signature begins so (RFC 4880, 4.2).
    private static func beginsMessage(_ byte: UInt8) -> Bool {
        let tag = byte & 0x40 == 0 ? (byte >> 2) & 0x0F : byte & 0x3F
        return byte & 0x80 != 0 && [2, 4, 8].contains(tag)
    }

    /// The file, as other tools write it.
    package var blob: [UInt8] {
        switch self {
        case .simple(let bytes): bytes
        case .sigstore(let signature):
            [0] + Array("sigstore-json\n".utf8) + signature.json.serialized(escapeHTML: true)
        }
    }

    /// Reads files that are numbered from 1, up to the first that is not there.
    ///
    /// - Parameters:
    ///   - place: for messages.
    ///   - read: the bytes of a file, at most ``maximumSize``; nil where there is none.
    /// - Throws: `ImageModelError` for what is no signature, and for more than is sensible.
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

    /// Refuses more signatures than a sensible image has.
    package static func checkBounds(count: Int, total: Int, _ place: String) throws(ImageModelError) {
        guard count <= maximumCount, total <= maximumTotal else {
            throw ImageModelError(
                .malformed, "\(place): more than \(maximumCount) signatures or \(maximumTotal) bytes of them")
        }
    }
}
