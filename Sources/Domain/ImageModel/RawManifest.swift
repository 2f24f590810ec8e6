package import ContentDigest
import JSONText

/// A manifest or index with its original bytes and their type.
///
/// It is decoded for reading and never encoded again to compute a digest. The size is bounded and the type is known;
/// whether the rest is well-formed is found out when decoding.
package struct RawManifest: Hashable, Sendable {
    /// The maximum size of a manifest, the same as in registries and the container tools: 4 MiB.
    package static let maximumSize = 4 << 20

    /// The bytes.
    package let bytes: [UInt8]
    /// Their media type.
    package let mediaType: MediaType
    /// The digest that identifies the manifest: of all bytes, or for signed schema 1 manifests of the signed content.
    package let digest: Digest

    /// Takes the bytes of a manifest.
    ///
    /// - Parameter declaredType: the type declared by the source, as in an HTTP header. Used if it is a manifest type,
    ///   unless the bytes themselves state another one. Otherwise the type is guessed from the bytes.
    ///
    /// Throws `ImageModelError`: `tooLarge`, `malformed`, `unknownType`.
    package init(bytes: [UInt8], declaredType: MediaType? = nil) throws(ImageModelError) {
        guard bytes.count <= Self.maximumSize else {
            throw ImageModelError(.tooLarge, "the manifest has \(bytes.count) bytes, more than \(Self.maximumSize)")
        }
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw ImageModelError(.malformed, "invalid manifest: \(error)")
        }
        self.bytes = bytes
        mediaType = try Self.type(of: document, declared: declaredType)
        digest = mediaType == .dockerSchema1Signed ? try SignedSchema1.digest(of: bytes) : Digest.sha256(of: bytes)
    }

    /// Encodes a manifest created here.
    package init(encoding manifest: Manifest) throws {
        try self.init(bytes: JSONValueEncoder().bytes(manifest), declaredType: manifest.mediaType ?? .ociManifest)
    }

    /// Encodes an index created here.
    package init(encoding index: ImageIndex) throws {
        try self.init(bytes: JSONValueEncoder().bytes(index), declaredType: index.mediaType ?? .ociIndex)
    }

    /// Whether this is an index.
    package var isIndex: Bool { mediaType.isIndex }

    /// The descriptor of these bytes.
    package var descriptor: Descriptor {
        Descriptor(mediaType: mediaType, digest: digest, size: Int64(bytes.count))
    }

    /// Decodes an image manifest, OCI's or Docker's schema 2. Throws `ImageModelError`: `malformed`; `ambiguous` when
    /// the document also has the members of another kind of manifest; `unknownType` when it is another kind.
    package func decodeManifest() throws(ImageModelError) -> Manifest {
        guard mediaType == .ociManifest || mediaType == .dockerManifest else {
            throw ImageModelError(.unknownType, "expected an image manifest, found \(mediaType)")
        }
        return try decode(Manifest.self, allowedMembers: ["config", "layers"])
    }

    /// Decodes an index, OCI's or Docker's manifest list. Throws like `decodeManifest`.
    package func decodeIndex() throws(ImageModelError) -> ImageIndex {
        guard isIndex else {
            throw ImageModelError(.unknownType, "expected an image index, found \(mediaType)")
        }
        return try decode(ImageIndex.self, allowedMembers: ["manifests"])
    }

    private func decode<T: Decodable>(_ type: T.Type, allowedMembers: [String]) throws(ImageModelError) -> T {
        do {
            let document = try JSONValue(parsing: bytes)
            try Self.checkUnambiguous(document, allowedMembers: allowedMembers, type: mediaType)
            return try JSONValueDecoder().decode(type, from: document)
        } catch let error as ImageModelError {
            throw error
        } catch {
            throw ImageModelError(.malformed, "invalid manifest: \(error)")
        }
    }

    /// Rejects documents that one tool would read as a manifest and another as an index (CVE-2021-41190). Keys are
    /// compared case-insensitively, since some tools ignore case.
    private static func checkUnambiguous(
        _ document: JSONValue, allowedMembers: [String], type: MediaType
    ) throws(ImageModelError) {
        let decisive = ["config", "fslayers", "history", "layers", "manifests"]
        for key in document.object?.keys ?? [] {
            let name = key.lowercased()
            if decisive.contains(name), !allowedMembers.contains(key) {
                throw ImageModelError(.ambiguous, "ambiguous manifest: \(type) must not have a member \"\(key)\"")
            }
        }
    }
}
