package import ContainerStore
package import ContentDigest
import ImageCopy
package import ImageModel
import ImageTransports
package import JSONText

/// A statement about an image of a list.
package struct ImageAttestation: Sendable {
    /// The type of its predicate.
    package let predicateType: String
    /// An in-toto statement.
    package let statement: [UInt8]

    package init(predicateType: String, statement: [UInt8]) {
        self.predicateType = predicateType
        self.statement = statement
    }
}

extension ManifestList {
    /// Attaches statements to an image of the list, as BuildKit does (docs/attestations/attestation-storage.md): in a
    /// manifest of their own, which no platform matches.
    ///
    /// - Throws: ``ManifestListError`` with `notFound` when the image is not listed.
    package mutating func attach(_ attestations: [ImageAttestation], to image: Digest) throws {
        guard let target = index.manifests.first(where: { $0.digest == image }) else {
            throw ManifestListError(.notFound, "the list has no image \(image)")
        }
        var layers: [Descriptor] = []
        var blobs = [Descriptor.empty.digest: Descriptor.empty.data ?? []]
        for attestation in attestations {
            var layer = Descriptor(mediaType: AttestationManifest.statementType, describing: attestation.statement)
            layer.annotations = [AttestationManifest.predicateTypeKey: attestation.predicateType]
            layers.append(layer)
            blobs[layer.digest] = attestation.statement
        }
        let subject = Descriptor(mediaType: target.mediaType, digest: target.digest, size: target.size)
        let manifest = Manifest(
            artifactType: AttestationManifest.artifactType, config: .empty, layers: layers, subject: subject)
        let raw = try RawManifest(encoding: manifest)
        artifacts.add(raw, manifest, files: [:], blobs: blobs)
        var entry = raw.descriptor
        entry.annotations = AttestationManifest.annotations(of: image)
        entry.platform = Platform(architecture: "unknown", os: "unknown")
        index.manifests.append(entry)
    }

    /// Whether statements are attached to any of its images.
    package var hasAttestations: Bool { index.manifests.contains { AttestationManifest.subject(of: $0) != nil } }

    /// A list of images of the store that is not in the store itself.
    package init(
        names: [String], of images: [(image: ImageRecord, platform: Platform?)], annotations: [String: String] = [:],
        in store: ContainerStore
    ) throws {
        self.init(names: names)
        annotate(annotations)
        try fill(with: images, from: store)
    }

    /// Adds an attested list to the store under its names, which it takes from what has them. Nameless attested lists
    /// of the same images, and those that thereby lose their names, are removed.
    package func createReplacing(in store: ContainerStore) throws {
        let own = Set(index.manifests.map(\.digest))
        var replaced: [String] = []
        for record in try store.images() where try Self.isList(record, in: store) {
            guard let list = try? ManifestList(record, in: store), list.hasAttestations else { continue }
            let loses = !record.names.isEmpty && Set(record.names).isSubset(of: names)
            let isSame = record.names.isEmpty && list.index.manifests.contains { own.contains($0.digest) }
            if loses || isSame { replaced.append(record.id) }
        }
        try create(in: store, takesNames: true)
        for id in replaced {
            // Another process may have named it in the meantime.
            guard let record = try store.image(id), record.id == id, record.names.isEmpty else { continue }
            _ = try store.deleteImage(id)
        }
    }

    /// Adds the images of another list that are not listed yet, and what is attested of its images, instead of what was
    /// attested of them before.
    package mutating func add(contentsOf other: ManifestList) {
        let images = Set(other.index.manifests.map(\.digest))
        for entry in index.manifests {
            guard let image = AttestationManifest.subject(of: entry), images.contains(image) else { continue }
            index.manifests.removeAll { $0.digest == entry.digest }
            artifacts.remove(entry.digest)
        }
        for entry in other.index.manifests where !index.manifests.contains(where: { $0.digest == entry.digest }) {
            index.manifests.append(entry)
            places[entry.digest] = other.places[entry.digest]
        }
        artifacts.add(other.artifacts)
    }

    /// The statements about an image of the list, in order.
    ///
    /// - Throws: ``ManifestListError`` when one is malformed or larger than 40 MiB.
    package func attestations(of image: Digest) throws -> [JSONValue] {
        var statements: [JSONValue] = []
        for entry in index.manifests where AttestationManifest.subject(of: entry) == image {
            guard let source = try ListArtifactSource(entry.digest, artifacts) else { continue }
            let manifest = try source.manifest(nil).decodeManifest()
            for layer in manifest.layers where layer.mediaType == AttestationManifest.statementType {
                let bytes = try source.readBlob(layer, limit: AttestationManifest.statementLimit)
                statements.append(try JSONValue(parsing: bytes))
            }
        }
        return statements
    }
}
