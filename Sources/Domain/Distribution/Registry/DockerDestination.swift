import ContainersConfig
package import ContentDigest
package import ImageModel
package import ImageTransports
package import StreamCompression
import Synchronization

/// `docker://`, a repository in a registry to write to. Mirrors and other locations in registries.conf are not
/// involved: they only serve pulls.
package final class DockerDestination: ImageDestination {
    private let location: ImageReference
    private let client: RegistryClient
    private let signatureStore: RegistrySignatures
    private let access: RegistryAccess
    private var manifest: RawManifest?
    private var signatures: [(digest: Digest, signatures: [ImageSignature])] = []
    /// The blobs that the repository has.
    private let present = Mutex(Set<Digest>())
    /// Whether the manifest gets no tag.
    private let isUntagged: Bool

    /// Prepares writing `reference`. Does not connect yet.
    ///
    /// - Parameter isUntagged: whether to write the manifest only under its own digest.
    /// - Throws: ``ConfigError`` if registries.conf blocks the registry.
    package init(_ reference: ImageReference, access: RegistryAccess, isUntagged: Bool = false) throws {
        location = isUntagged ? reference : reference.withDefaultTag()
        self.isUntagged = isUntagged
        self.access = access
        let isInsecure = try access.registries().isInsecure(changing: location)
        client = try access.client(for: location, standingInFor: location, insecure: isInsecure)
        signatureStore = RegistrySignatures(location, client, access: access)
    }

    package var description: String { "docker://\(location)" }
    package var reference: ImageReference? { isUntagged ? nil : location }
    /// Registries accept every type; one that does not rejects the manifest.
    package var acceptedManifestTypes: [MediaType] { [] }
    package var preferredLayerCompression: LayerCompressionPreference { .compress }

    package func hasBlob(_ blob: Descriptor) throws -> Bool {
        guard let size = try client.blobSize(blob.digest, in: location.path) else { return false }
        return blob.size < 0 || size < 0 || size == blob.size
    }

    package func reuseBlob(_ blob: Descriptor, from origins: [String]) throws -> Bool {
        if try hasBlob(blob) || mount(blob.digest, from: origins) {
            present.withLock { _ = $0.insert(blob.digest) }
            return true
        }
        return false
    }

    /// The number of recorded repositories to try: each attempt costs two requests.
    private static let maximumAttempts = 3

    private func mount(_ blob: Digest, from origins: [String]) throws -> Bool {
        // The registry under the name known to the image's source, which may differ from the user's.
        let related = origins.compactMap { try? ImageReference(parsing: $0) }.filter { $0.domain == location.domain }
        let known = access.blobPlaces?.repositories(with: blob, on: location.domain) ?? []
        var tried: Set<String> = [location.path]
        for path in related.map(\.path) + known.prefix(Self.maximumAttempts) where tried.insert(path).inserted {
            if try client.mountBlob(blob, from: path, in: location.path) { return true }
        }
        return false
    }

    package func putBlob(from source: any ByteSource, expected: Descriptor?) throws -> (digest: Digest, size: Int64) {
        try putBlob(BlobOffer(once: source, expected: expected))
    }

    package func putBlob(_ offer: BlobOffer) throws -> (digest: Digest, size: Int64) {
        let written = try client.putBlob(offer, in: location.path, records: access.uploadRecords())
        present.withLock { _ = $0.insert(written.digest) }
        return written
    }

    package func putManifest(_ manifest: RawManifest, instance: Digest?) throws {
        guard let instance else {
            // It is tagged last: nobody sees the image before it is complete.
            self.manifest = manifest
            return
        }
        try client.putManifest(manifest, as: instance.description, in: location.path)
    }

    package func checkTakes(_ signatures: [ImageSignature]) throws { try signatureStore.checkTakes(signatures) }

    package func putSignatures(_ signatures: [ImageSignature], of digest: Digest, instance: Digest?) throws {
        self.signatures.append((digest, signatures))
    }

    package func commit() throws {
        guard let manifest else { throw RegistryError(.invalid, "\(description): no manifest was written") }
        if let digest = location.digest, digest != manifest.digest {
            throw RegistryError(
                .mismatch, "\(description): the manifest has the digest \(manifest.digest), not \(digest)")
        }
        let pending = signatures
        signatures = []
        if !pending.isEmpty {
            // The image must never be visible unsigned, and an image that the registry rejects gets no signature.
            try client.putManifest(manifest, as: manifest.digest.description, in: location.path)
            for (digest, signatures) in pending { try signatureStore.write(signatures, of: digest) }
        }
        let name = location.tag ?? location.digest?.description ?? manifest.digest.description
        try client.putManifest(manifest, as: name, in: location.path)
        access.blobPlaces?.record(present.withLock { $0 }, in: location.name)
    }
}
