import ContainersConfig
package import ContentDigest
package import ImageModel
import ImageTransports
import LinuxSystem
package import StreamCompression

/// `docker://`, an image in a registry, or in the first of its mirrors that has it.
package final class DockerSource: RemoteImageSource {
    /// The name as given by the user, whichever mirror serves the image.
    package let reference: ImageReference
    /// The location that serves the image.
    private let mirror: ImageReference
    private let client: RegistryClient
    private let access: RegistryAccess
    private let top: RawManifest
    private let kept = Monitor(Kept())

    /// State for resuming the pull if it fails, and for not requesting anything twice.
    private struct Kept {
        var journals: [BlobJournal] = []
        var manifests: [RawManifest] = []
        var budget: JournalSpaceArbiter?
        /// Read first for the policy, and again by whoever copies them.
        var signatures: [Digest: [ImageSignature]] = [:]
    }

    /// Finds the image: tries the mirrors in order, then the registry itself.
    ///
    /// - Throws: ``RegistryError`` with the response of each location, ``ConfigError`` if the registry is blocked.
    package init(_ reference: ImageReference, access: RegistryAccess) throws {
        self.reference = reference.withDefaultTag()
        self.access = access
        let sources = try access.registries().pullSources(for: self.reference)
        var found: (origin: ImageReference, client: RegistryClient, manifest: RawManifest)?
        var failures: [(source: PullSource, error: RegistryError)] = []
        for source in sources where found == nil {
            do {
                let client = try access.client(
                    for: source.reference, standingInFor: self.reference, insecure: source.insecure)
                let name = Self.manifestName(source.reference)
                found = (source.reference, client, try client.manifest(name, in: source.reference.path))
            } catch let error as RegistryError {
                failures.append((source, error))
            }
        }
        guard let found else { throw Self.failure(failures, self.reference) }
        (mirror, client, top) = found
    }

    private static func failure(
        _ failures: [(source: PullSource, error: RegistryError)], _ reference: ImageReference
    ) -> RegistryError {
        guard let last = failures.last else { return RegistryError(.notFound, "\(reference): nowhere to ask") }
        let context = "initializing source docker://\(reference)"
        guard failures.count > 1 else { return last.error.prefixed(context) }
        let mirrors = failures.dropLast().map { "[\($0.source.reference): \($0.error)]" }.joined(separator: ", ")
        return last.error.with(
            message: "\(context): (Mirrors also failed: \(mirrors)): \(last.source.reference): \(last.error)")
    }

    /// The name to request: the digest if there is one, since it is more specific than a tag.
    private static func manifestName(_ reference: ImageReference) -> String {
        reference.digest?.description ?? reference.tag ?? ImageReference.defaultTag
    }

    package var description: String { "docker://\(reference)" }

    package func manifest(_ instance: Digest?) throws -> RawManifest {
        guard let instance else { return top }
        let manifest = try client.manifest(instance.description, in: mirror.path)
        kept.update { $0.manifests.append(manifest) }
        return manifest
    }

    package func openBlob(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?) {
        if let urls = blob.urls, !urls.isEmpty, let found = try? client.openExternalBlob(blob, at: urls) {
            return found
        }
        return try client.openBlob(blob, in: mirror.path, journal: journal(of: blob))
    }

    package func openBlob(_ blob: Descriptor, from offset: Int64) throws -> any ByteSource {
        try client.openBlob(blob, in: mirror.path, from: offset).source
    }

    package func referrers(of digest: Digest) throws -> [Descriptor] {
        try client.referrers(of: digest, in: mirror.path)
    }

    package var origin: ImageOrigin { .registry(reference) }

    package func signatures(of manifest: RawManifest, instance: Digest?) throws -> [ImageSignature] {
        if let known = kept.update({ $0.signatures[manifest.digest] }) { return known }
        let signatures = try RegistrySignatures(mirror, client, access: access).read(of: manifest.digest)
        kept.update { $0.signatures[manifest.digest] = signatures }
        return signatures
    }

    package var origins: [String] { [mirror.name] }

    /// Removes the data kept for resuming, since the image has arrived completely.
    package func finish() {
        guard let directory = access.options.journalDirectory else { return }
        let (journals, manifests) = kept.update { ($0.journals, $0.manifests) }
        for journal in journals { journal.remove() }
        for manifest in [top] + manifests {
            // Journals of layers that an earlier, interrupted pull fetched are not opened any more.
            for layer in (try? manifest.decodeManifest())?.layers ?? [] {
                BlobJournal.remove(layer.digest, in: directory)
            }
        }
    }

    /// Discards the kept data after the image turned out to be wrong, since that data may be the cause.
    ///
    /// - Returns: whether some of it came from an earlier process, so that another attempt may succeed.
    package func distrustKept() -> Bool {
        let journals = kept.update { kept in
            defer { kept.journals = [] }
            return kept.journals
        }
        for journal in journals { journal.remove() }
        return journals.contains { $0.wasContinued }
    }

    private func journal(of blob: Descriptor) -> BlobJournal? {
        guard let directory = access.options.journalDirectory else { return nil }
        access.sweepJournals()
        let budget = kept.update { kept in
            if let budget = kept.budget { return budget }
            let manifest = try? (kept.manifests.last ?? top).decodeManifest()
            let expected = (manifest?.layers ?? [blob]).lazy.map(\.size).sumOfSizes()
            let budget = JournalSpaceArbiter(directory, expected: expected)
            kept.budget = budget
            return budget
        }
        guard let journal = BlobJournal(blob, in: directory, budget: budget) else { return nil }
        kept.update { $0.journals.append(journal) }
        return journal
    }

    /// All tags of the image's repository.
    package func tags() throws -> [String] {
        try client.tags(of: mirror.path)
    }
}
