package import ContentDigest
package import ImageModel

extension RegistryClient {
    /// What refers to a manifest (distribution-spec, "Listing Referrers"): from the API, or where the registry has
    /// none, from the tag that stands in for it. Empty when nothing refers.
    package func referrers(of digest: Digest, in repository: String) throws -> [Descriptor] {
        try RegistryError.during("listing referrers of \(digest) in \(host)/\(repository)") {
            let request = HTTPRequest(
                .get, try address("\(repository)/referrers/\(digest)"),
                fields: HTTPFields([(name: "Accept", value: MediaType.ociIndex.rawValue)]))
            let response = try send(request, scopes: [.pull(repository)], accepting: [200, 400, 404, 405])
            if response.status == 200, let type = response.fields["content-type"],
                MediaType(contentType: type) == .ociIndex
            {
                let bytes = try response.readBody(limit: RawManifest.maximumSize)
                return try RawManifest(bytes: bytes, declaredType: .ociIndex).decodeIndex().manifests
            }
            response.discardBody()
            return try fallbackReferrers(of: digest, in: repository)
        }
    }

    private func fallbackReferrers(of digest: Digest, in repository: String) throws -> [Descriptor] {
        let manifest: RawManifest
        do {
            manifest = try self.manifest("\(digest.algorithm.rawValue)-\(digest.hex)", in: repository)
        } catch let error as RegistryError where error.code == .notFound {
            return []
        }
        return manifest.isIndex ? try manifest.decodeIndex().manifests : []
    }
}
