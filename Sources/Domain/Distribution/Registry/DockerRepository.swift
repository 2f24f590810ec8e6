import ContainersConfig
package import ImageModel

/// A repository in a registry: lists its tags and deletes manifests.
package struct DockerRepository {
    private let location: ImageReference
    private let client: RegistryClient

    /// The repository of `reference`, at the registry's own location: mirrors only serve pulls. Does not connect yet.
    ///
    /// - Throws: ``ConfigError`` if registries.conf blocks the registry.
    package init(_ reference: ImageReference, access: RegistryAccess) throws {
        guard let own = try access.registries().pullSources(for: reference).last else {
            throw RegistryError(.invalid, "\(reference): nowhere to ask")
        }
        location = own.reference
        client = try access.client(for: own.reference, standingInFor: reference, insecure: own.insecure)
    }

    /// All tags, in the registry's order.
    package func tags() throws -> [String] { try client.tags(of: location.path) }

    /// Deletes the manifest with the reference's digest or tag, and with it every tag of that manifest.
    ///
    /// - Throws: ``RegistryError``; `notFound` if there is none.
    package func deleteManifest() throws {
        if let digest = location.digest {
            try client.deleteManifest(digest, in: location.path)
            return
        }
        let tag = location.tag ?? ImageReference.defaultTag
        guard let found = try client.manifestDescriptor(tag, in: location.path) else {
            throw RegistryError(.notFound, "docker://\(location): the registry has no such image")
        }
        try client.deleteManifest(found.digest, in: location.path)
    }
}
