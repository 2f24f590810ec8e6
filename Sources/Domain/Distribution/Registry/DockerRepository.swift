import ContainersConfig
package import ImageModel

/// A repository in a registry: lists its tags and deletes manifests.
package struct DockerRepository {
    private let reference: ImageReference
    private let access: RegistryAccess
    private let location: ImageReference
    private let client: RegistryClient

    /// The repository of `reference`: listed at its location in registries.conf, and changed in the registry that the
    /// reference names. Does not connect yet.
    ///
    /// - Throws: ``ConfigError`` if registries.conf blocks the registry.
    package init(_ reference: ImageReference, access: RegistryAccess) throws {
        guard let own = try access.registries().pullSources(for: reference).last else {
            throw RegistryError(.invalid, "\(reference): nowhere to ask")
        }
        (self.reference, self.access) = (reference, access)
        location = own.reference
        client = try access.client(for: own.reference, standingInFor: reference, insecure: own.insecure)
    }

    /// All tags, in the registry's order.
    package func tags() throws -> [String] { try client.tags(of: location.path) }

    /// Deletes the manifest with the reference's digest or tag, and with it every tag of that manifest.
    ///
    /// - Throws: ``RegistryError``; `notFound` if there is none.
    package func deleteManifest() throws {
        let isInsecure = try access.registries().isInsecure(changing: reference)
        let client = try access.client(for: reference, standingInFor: reference, insecure: isInsecure)
        if let digest = reference.digest {
            try client.deleteManifest(digest, in: reference.path)
            return
        }
        let tag = reference.tag ?? ImageReference.defaultTag
        guard let found = try client.manifestDescriptor(tag, in: reference.path) else {
            throw RegistryError(.notFound, "docker://\(reference): the registry has no such image")
        }
        try client.deleteManifest(found.digest, in: reference.path)
    }
}
