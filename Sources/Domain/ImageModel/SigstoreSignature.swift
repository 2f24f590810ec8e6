import JSONText

/// A sigstore attachment of an image: usually a payload with its signature, as cosign makes them; attestations and
/// others have the same form.
package struct SigstoreSignature: Sendable, Equatable {
    /// The media type of a payload that binds a name to a manifest.
    package static let payloadType = "application/vnd.dev.cosign.simplesigning.v1+json"
    /// The annotation that holds the payload's signature, in base64.
    package static let annotation = "dev.cosignproject.cosign/signature"

    /// The annotation with the signer's certificate, in PEM.
    package static let certificateAnnotation = "dev.sigstore.cosign/certificate"
    /// The annotation with the certificates between that and a root, in PEM.
    package static let chainAnnotation = "dev.sigstore.cosign/chain"
    /// The annotation with a log's promise to have an entry.
    package static let logAnnotation = "dev.sigstore.cosign/bundle"

    /// The payload's media type.
    package let mediaType: String
    package let payload: [UInt8]
    /// The payload's annotations; nil when absent, as opposed to empty.
    package let annotations: [String: String]?

    package init(mediaType: String, payload: [UInt8], annotations: [String: String]?) {
        self.mediaType = mediaType
        self.payload = payload
        self.annotations = annotations
    }

    /// The payload's signature, in base64; nil for attachments of other kinds.
    package var signature: String? { mediaType == Self.payloadType ? annotations?[Self.annotation] : nil }

    /// Parses the form used in files; nil for anything else.
    init?(json: JSONValue) {
        guard let mediaType = json["mimeType"]?.string,
            let payload = json["payload"]?.string.flatMap({ Base64.decode($0) })
        else { return nil }
        self.mediaType = mediaType
        self.payload = payload
        guard let members = json["annotations"], !members.isNull else {
            annotations = nil
            return
        }
        guard let members = members.object else { return nil }
        var annotations: [String: String] = [:]
        for (key, value) in members {
            guard let text = value.string else { return nil }
            annotations[key] = text
        }
        self.annotations = annotations
    }

    /// The form used in files.
    var json: JSONValue {
        var object = JSONObject()
        object["mimeType"] = .string(mediaType)
        object["payload"] = .string(Base64.encode(payload))
        object["annotations"] = .null
        if let annotations {
            var members = JSONObject()
            for (key, value) in annotations.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
                members[key] = .string(value)
            }
            object["annotations"] = .object(members)
        }
        return .object(object)
    }
}
