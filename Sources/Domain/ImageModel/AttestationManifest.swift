package import ContentDigest

/// The manifests in an index that have statements about its images (BuildKit's docs/attestations/attestation-storage.md).
package enum AttestationManifest {
    package static let artifactType = "application/vnd.docker.attestation.manifest.v1+json"
    /// The media type of layers that are in-toto statements.
    package static let statementType = MediaType(rawValue: "application/vnd.in-toto+json")
    /// The annotation of a layer with the type of its statement's predicate.
    package static let predicateTypeKey = "in-toto.io/predicate-type"
    /// The size of a statement that is still read: 40 MiB, as in BuildKit.
    package static let statementLimit = 40 << 20

    private static let typeKey = "vnd.docker.reference.type"
    private static let digestKey = "vnd.docker.reference.digest"

    /// The annotations of the entry for a manifest about this image.
    package static func annotations(of image: Digest) -> [String: String] {
        [typeKey: "attestation-manifest", digestKey: image.description]
    }

    /// The image that an entry's manifest is about; nil if the entry is none of attestations.
    package static func subject(of entry: Descriptor) -> Digest? {
        guard entry.annotations?[typeKey] == "attestation-manifest" else { return nil }
        return entry.annotations?[digestKey].flatMap { Digest($0) }
    }
}
