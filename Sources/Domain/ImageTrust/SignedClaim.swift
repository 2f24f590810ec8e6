import ContentDigest
import ImageModel
import JSONText

/// The claim of a verified signature: this manifest is the image of that name (containers-signature(5)).
struct SignedClaim: Equatable {
    let digest: Digest
    let reference: String

    /// The reference, safe for a terminal.
    var shownReference: String {
        String(reference.unicodeScalars.prefix(512).map { $0.value < 0x20 || $0.value == 0x7f ? " " : Character($0) })
    }

    /// The type names in the two kinds of signatures.
    enum Kind: String {
        case simple = "atomic container signature"
        case sigstore = "cosign container image signature"
    }

    /// Parses a payload strictly: an unknown member might change its meaning.
    init(_ payload: [UInt8], _ kind: Kind) throws(TrustError) {
        let value = try? JSONValue(parsing: payload, refusesDuplicates: true)
        guard let root = value?.object else { throw Self.invalid("it is not a JSON object") }
        try Self.check(root, ["critical", "optional"], "the payload")
        guard let critical = root["critical"]?.object else { throw Self.invalid("critical is not an object") }
        try Self.check(critical, ["type", "image", "identity"], "critical")
        guard critical["type"]?.string == kind.rawValue else {
            throw Self.invalid("its type is \(critical["type"]?.string.map { "\"\($0)\"" } ?? "missing")")
        }
        guard let image = critical["image"]?.object, let identity = critical["identity"]?.object else {
            throw Self.invalid("image or identity is not an object")
        }
        try Self.check(image, ["docker-manifest-digest"], "image")
        try Self.check(identity, ["docker-reference"], "identity")
        guard let digest = image["docker-manifest-digest"]?.string.flatMap({ Digest($0) }) else {
            throw Self.invalid("docker-manifest-digest is not a digest")
        }
        guard let reference = identity["docker-reference"]?.string else {
            throw Self.invalid("docker-reference is not a string")
        }
        let optional = root["optional"]
        guard optional?.object != nil || (kind == .sigstore && optional?.isNull ?? true) else {
            throw Self.invalid("optional is not an object")
        }
        self.digest = digest
        self.reference = reference
    }

    /// The payload of a claim.
    static func payload(
        _ digest: Digest, _ reference: String, _ kind: Kind, creator: String, seconds: Int64
    ) -> [UInt8] {
        let critical: JSONObject = [
            "identity": ["docker-reference": .string(reference)],
            "image": ["docker-manifest-digest": .string(digest.description)],
            "type": .string(kind.rawValue),
        ]
        let optional: JSONObject = ["creator": .string(creator), "timestamp": .integer(seconds)]
        return JSONValue.object(["critical": .object(critical), "optional": .object(optional)])
            .serialized(escapeHTML: true)
    }

    private static func check(_ object: JSONObject, _ keys: Set<String>, _ place: String) throws(TrustError) {
        for key in object.keys where !keys.contains(key) { throw invalid("unknown member \"\(key)\" in \(place)") }
    }

    private static func invalid(_ what: String) -> TrustError {
        TrustError("Invalid signature payload: \(what)")
    }
}
