import JSONText

/// Something that is attached to an image in sigstore's way: as a rule a payload with a signature over it, as cosign
/// makes them; attestations and others travel in the same form.
package struct SigstoreSignature: Sendable, Equatable {
    /// The media type of a payload that says which manifest has which name.
    package static let payloadType = "application/vnd.dev.cosign.simplesigning.v1+json"
    /// The annotation that holds the signature over a payload, in base64.
    package static let annotation = "dev.cosignproject.cosign/signature"

    /// What the payload is.
    package let mediaType: String
    package let payload: [UInt8]
    /// What goes with the payload; nil where nothing was said, not even that there is nothing.
    package let annotations: [String: String]?

    package init(mediaType: String, payload: [UInt8], annotations: [String: String]?) {
        self.mediaType = mediaType
        self.payload = payload
        self.annotations = annotations
    }

    /// The signature over the payload, in base64; nil for attachments of other kinds.
    package var signature: String? { mediaType == Self.payloadType ? annotations?[Self.annotation] : nil }

    /// Reads the form that lies in files; nil for anything else.
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

    /// The form that lies in files.
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
