import ContentDigest
import JSONText

/// Docker's signed schema 1 manifests: the signatures are a member of the document that they sign, so the signed
/// content is reassembled from what each signature says about it.
enum SignedSchema1 {
    /// The digest of the signed content, which identifies the manifest. Throws `ImageModelError` of kind `malformed`.
    static func digest(of manifest: [UInt8]) throws(ImageModelError) -> Digest {
        Digest.sha256(of: try signedContent(of: manifest))
    }

    /// The signed content: the first `formatLength` bytes of the document followed by `formatTail`. All signatures must
    /// agree on both. The signatures themselves are not verified, since their keys identify nobody.
    static func signedContent(of manifest: [UInt8]) throws(ImageModelError) -> [UInt8] {
        guard let document = try? JSONValue(parsing: manifest),
            let signatures = document["signatures"]?.array, !signatures.isEmpty
        else { throw malformed("it has no signatures") }
        var content: [UInt8]?
        for signature in signatures {
            guard let text = signature["protected"]?.string, let bytes = decodeURLSafe(text),
                let header = try? JSONValue(parsing: bytes),
                let length = header["formatLength"]?.integer, length >= 0, length <= Int64(manifest.count),
                let tail = header["formatTail"]?.string.flatMap(decodeURLSafe)
            else { throw malformed("the protected header of a signature is invalid") }
            let signed = manifest[..<Int(length)] + tail
            if let content, content != Array(signed) { throw malformed("its signatures disagree") }
            content = Array(signed)
        }
        return content ?? []
    }

    private static func malformed(_ reason: String) -> ImageModelError {
        ImageModelError(.malformed, "invalid signed schema 1 manifest: \(reason)")
    }

    /// Decodes URL-safe base64 without padding.
    private static func decodeURLSafe(_ text: String) -> [UInt8]? {
        var standard = text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: byte
            }
        }
        while standard.count % 4 != 0 {
            standard.append(UInt8(ascii: "="))
        }
        return Base64.decode(String(decoding: standard, as: UTF8.self))
    }
}
