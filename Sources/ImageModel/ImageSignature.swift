import JSONText

/// A signature that is kept beside an image. None of it has been verified.
package enum ImageSignature: Sendable, Equatable {
    /// A message that GPG has signed (containers-signature(5)).
    case simple([UInt8])
    /// A payload with a signature over it in base64, as cosign makes them.
    case sigstore(payload: [UInt8], signature: String)

    /// The largest signature that is read.
    package static let maximumSize = 4 << 20
    /// The largest number of signatures of one image.
    package static let maximumCount = 128

    /// The media type of a sigstore payload.
    package static let payloadType = "application/vnd.dev.cosign.simplesigning.v1+json"
    /// The annotation that holds the signature over a payload.
    package static let annotation = "dev.cosignproject.cosign/signature"

    /// Reads a signature file: what begins with a zero byte names its format in the first line.
    ///
    /// - Throws: `ImageModelError` for a format that is not known.
    package init(blob: [UInt8]) throws(ImageModelError) {
        guard blob.first == 0 else {
            self = .simple(blob)
            return
        }
        let name = blob.dropFirst().prefix { $0 != UInt8(ascii: "\n") }
        let rest = Array(blob.dropFirst(name.count + 2))
        switch String(decoding: name, as: UTF8.self) {
        case "simple-signing": self = .simple(rest)
        case "sigstore-json":
            let json = try? JSONValue(parsing: rest)
            guard json?["mimeType"]?.string == Self.payloadType, let text = json?["payload"]?.string,
                let payload = Base64.decode(text), let signature = json?["annotations"]?[Self.annotation]?.string
            else { throw ImageModelError(.malformed, "a signature that cannot be read") }
            self = .sigstore(payload: payload, signature: signature)
        default: throw ImageModelError(.unknownType, "a signature of an unknown format")
        }
    }

    /// The file, as other tools write it.
    package var blob: [UInt8] {
        switch self {
        case .simple(let bytes): return bytes
        case .sigstore(let payload, let signature):
            var annotations = JSONObject()
            annotations[Self.annotation] = .string(signature)
            var object = JSONObject()
            object["mimeType"] = .string(Self.payloadType)
            object["payload"] = .string(Base64.encode(payload))
            object["annotations"] = .object(annotations)
            return [0] + Array("sigstore-json\n".utf8) + JSONValue.object(object).serialized()
        }
    }
}
