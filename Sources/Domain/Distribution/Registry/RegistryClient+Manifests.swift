package import ContentDigest
import HTTPHeaders
package import ImageModel
import StreamCompression

extension RegistryClient {
    /// All supported manifest types, for `Accept`.
    static let manifestTypes: [MediaType] = [
        .ociManifest, .dockerManifest, .ociIndex, .dockerManifestList, .dockerSchema1Signed, .dockerSchema1,
    ]

    /// The manifest with this `reference` (a tag or a digest). One requested by digest is guaranteed to have that
    /// digest.
    ///
    /// - Throws: ``RegistryError``; `mismatch` if the bytes do not match the digest.
    package func manifest(_ reference: String, in repository: String) throws -> RawManifest {
        try RegistryError.during("reading manifest \(reference) in \(host)/\(repository)") {
            var fields = HTTPFields()
            for type in Self.manifestTypes { fields.add("Accept", type.rawValue) }
            let request = HTTPRequest(.get, try manifestAddress(reference, repository), fields: fields)
            let (bytes, type, announced) = try retry.run {
                let response = try send(request, scopes: [.pull(repository)])
                guard response.status == 200 else { throw RegistryErrorResponse.missingManifestError(response) }
                let bytes = try response.readBody(limit: RawManifest.maximumSize)
                if let length = response.contentLength, length != Int64(bytes.count) {
                    throw RegistryError(.interrupted, "\(bytes.count) of \(length) bytes arrived")
                }
                return (bytes, response.fields["content-type"], response.fields["docker-content-digest"])
            }
            let manifest: RawManifest
            do {
                manifest = try RawManifest(bytes: bytes, declaredType: type.map { MediaType(contentType: $0) })
            } catch {
                throw RegistryError(.malformed, "\(error)")
            }
            if let digest = Digest(reference) { try Self.check(manifest, has: digest) }
            // For a tag, only the header tells whether the manifest arrived unmodified. Schema 1 has two digests.
            if let digest = announced.flatMap({ Digest($0) }), !manifest.mediaType.isSchema1 {
                try Self.check(manifest, has: digest)
            }
            return manifest
        }
    }

    private static func check(_ manifest: RawManifest, has digest: Digest) throws {
        // The digest of a signed schema 1 manifest is not the digest of its bytes.
        let actual =
            digest.algorithm == .sha256 ? manifest.digest : Digest.hash(manifest.bytes, with: digest.algorithm)
        guard actual == digest else {
            throw RegistryError(.mismatch, "manifest does not match the digest: the registry sent \(actual)")
        }
    }

    /// The descriptor of a manifest, without fetching it if possible; nil if there is none.
    package func manifestDescriptor(_ reference: String, in repository: String) throws -> Descriptor? {
        var fields = HTTPFields()
        for type in Self.manifestTypes { fields.add("Accept", type.rawValue) }
        let response = try send(
            HTTPRequest(.head, try manifestAddress(reference, repository), fields: fields),
            scopes: [.pull(repository)], accepting: [200, 404, 405, 501])
        if response.status == 404 { return nil }
        if response.status == 200, let text = response.fields["docker-content-digest"], let digest = Digest(text),
            let type = response.fields["content-type"]
        {
            let size = response.contentLength ?? 0
            return Descriptor(mediaType: MediaType(contentType: type), digest: digest, size: size)
        }
        // The header is optional, and so is the method in some registries.
        return try manifest(reference, in: repository).descriptor
    }

    /// Pushes a manifest under a tag or its digest. If it has a subject and the registry does not process that, it is
    /// added to the list under the referrers tag (distribution-spec 1.1, "Pushing Manifests with Subject").
    ///
    /// - Throws: ``RegistryError``; `manifestRejected` if a manifest of another type may be accepted.
    package func putManifest(_ manifest: RawManifest, as reference: String, in repository: String) throws {
        try RegistryError.during("uploading manifest \(reference) to \(host)/\(repository)") {
            let request = HTTPRequest(
                .put, try manifestAddress(reference, repository),
                body: .bytes(manifest.bytes, type: manifest.mediaType.rawValue))
            let isNoticed = try retry.run {
                let response = try send(request, scopes: [.push(repository)])
                guard response.isSuccess else {
                    throw RegistryErrorResponse.manifestError(response)
                }
                response.discardBody()
                return response.fields["oci-subject"] != nil
            }
            if !isNoticed { try enterReferrer(manifest, in: repository) }
        }
    }

    /// Deletes the manifest with this digest, and with it every tag of that manifest.
    package func deleteManifest(_ digest: Digest, in repository: String) throws {
        try RegistryError.during("deleting manifest \(digest) in \(host)/\(repository)") {
            let request = HTTPRequest(.delete, try manifestAddress(digest.description, repository))
            let response = try send(
                request, scopes: [.delete(repository)], accepting: [200, 202, 405])
            guard response.status != 405 else {
                throw RegistryError(.unsupported, "the registry does not allow deleting")
            }
            response.discardBody()
        }
    }

    private func manifestAddress(_ reference: String, _ repository: String) throws -> WebAddress {
        try address("\(repository)/manifests/\(reference)")
    }
}
