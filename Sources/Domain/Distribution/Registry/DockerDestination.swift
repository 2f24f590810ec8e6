import ContainersConfig
package import ContentDigest
package import ImageModel
package import ImageTransports
package import StreamCompression

/// `docker://`, a repository in a registry to write to. Mirrors are not involved: they only serve pulls.
package final class DockerDestination: ImageDestination {
    private let name: ImageReference
    private let location: ImageReference
    private let client: RegistryClient
    private let signatureStore: RegistrySignatures
    private let access: RegistryAccess
    private var manifest: RawManifest?
    private var signatures: [(digest: Digest, signatures: [ImageSignature])] = []

    /// Prepares writing `reference`. Does not connect yet.
    ///
    /// - Throws: ``ConfigError`` if registries.conf blocks the registry.
    package init(_ reference: ImageReference, access: RegistryAccess) throws {
        name = reference.withDefaultTag()
        self.access = access
        // The registry's own location comes last, after mirrors.
        let sources = try access.registries().pullSources(for: name)
        guard let own = sources.last else { throw RegistryError(.invalid, "\(reference): nowhere to write to") }
        location = own.reference
        client = try access.client(for: own.reference, standingInFor: name, insecure: own.insecure)
        signatureStore = RegistrySignatures(location, client, access: access)
    }

    package var description: String { "docker://\(name)" }
    package var reference: ImageReference? { name }
    /// Registries accept every type; one that does not rejects the manifest.
    package var acceptedManifestTypes: [MediaType] { [] }
    package var preferredLayerCompression: LayerCompressionPreference { .compress }

    package func hasBlob(_ blob: Descriptor) throws -> Bool {
        guard let size = try client.blobSize(blob.digest, in: location.path) else { return false }
        return blob.size < 0 || size < 0 || size == blob.size
    }

    package func reuseBlob(_ blob: Descriptor, from origins: [String]) throws -> Bool {
        if try hasBlob(blob) { return true }
        for origin in origins {
            // The registry under the name known to the image's source, which may differ from the user's.
            guard let other = try? ImageReference(parsing: origin), other.domain == location.domain,
                other.path != location.path
            else { continue }
            if try client.mountBlob(blob.digest, from: other.path, in: location.path) { return true }
        }
        return false
    }

    package func putBlob(from source: any ByteSource, expected: Descriptor?) throws -> (digest: Digest, size: Int64) {
        try putBlob(BlobOffer(once: source, expected: expected))
    }

    package func putBlob(_ offer: BlobOffer) throws -> (digest: Digest, size: Int64) {
        try client.putBlob(offer, in: location.path, records: access.uploadRecords())
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
        let name = location.tag ?? location.digest?.description ?? ImageReference.defaultTag
        try client.putManifest(manifest, as: name, in: location.path)
    }
}
