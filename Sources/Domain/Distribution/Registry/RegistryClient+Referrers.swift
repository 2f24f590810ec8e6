package import ContentDigest
package import ImageModel

extension RegistryClient {
    /// The referrers of a manifest (distribution-spec 1.1, "Listing Referrers"): from the API, on any number of pages,
    /// or, if the registry does not implement it, from the referrers tag. Empty if there are none.
    package func referrers(of digest: Digest, in repository: String) throws -> [Descriptor] {
        try RegistryError.during("listing referrers of \(digest) in \(host)/\(repository)") {
            let request = HTTPRequest(
                .get, try address("\(repository)/referrers/\(digest)"),
                fields: HTTPFields([(name: "Accept", value: MediaType.ociIndex.rawValue)]))
            var found: [Descriptor]? = []
            try readPages(request, scopes: [.pull(repository)], accepting: [200, 400, 404, 405]) { response, page in
                guard response.status == 200, let type = response.fields["content-type"],
                    MediaType(contentType: type) == .ociIndex
                else {
                    found = nil
                    return response.discardBody()
                }
                let bytes = try page.body(of: response, limit: RawManifest.maximumSize)
                let manifests = try RawManifest(bytes: bytes, declaredType: .ociIndex).decodeIndex().manifests
                try page.count(manifests.count)
                found?.append(contentsOf: manifests)
            }
            return try found ?? fallbackIndex(of: digest, in: repository).manifests
        }
    }

    /// The referrers tag of a manifest, for registries without the referrers API.
    private static func fallbackTag(_ digest: Digest) -> String { "\(digest.algorithm.rawValue)-\(digest.hex)" }

    private func fallbackIndex(of digest: Digest, in repository: String) throws -> ImageIndex {
        do {
            let manifest = try self.manifest(Self.fallbackTag(digest), in: repository)
            return manifest.isIndex ? try manifest.decodeIndex() : ImageIndex()
        } catch let error as RegistryError where error.code == .notFound {
            return ImageIndex()
        }
    }

    /// Adds a manifest with a subject to the subject's list. Concurrent additions may lose an entry: registries offer
    /// no way to prevent that.
    func enterReferrer(_ manifest: RawManifest, in repository: String) throws {
        var entry = manifest.descriptor
        let subject: Descriptor?
        switch manifest.mediaType {
        case .ociManifest:
            let decoded = try manifest.decodeManifest()
            subject = decoded.subject
            entry.artifactType = decoded.artifactType ?? decoded.config.mediaType.rawValue
            entry.annotations = decoded.annotations
        case .ociIndex:
            let decoded = try manifest.decodeIndex()
            subject = decoded.subject
            entry.artifactType = decoded.artifactType
            entry.annotations = decoded.annotations
        default: return
        }
        guard let subject else { return }
        var index = try fallbackIndex(of: subject.digest, in: repository)
        guard !index.manifests.contains(where: { $0.digest == manifest.digest }) else { return }
        index.manifests.append(entry)
        try putManifest(RawManifest(encoding: index), as: Self.fallbackTag(subject.digest), in: repository)
    }
}
