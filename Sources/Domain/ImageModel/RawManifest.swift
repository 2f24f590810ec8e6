package import ContentDigest
import JSONText

/// A manifest or index as it came, byte for byte, with what its bytes are.
///
/// It is decoded for reading and never encoded again to compute a digest. The bytes are bounded and their type is
/// known; whether the rest is well-formed shows when it is decoded.
package struct RawManifest: Hashable, Sendable {
    /// No manifest is larger, as registries and the container tools have it: 4 MiB.
    package static let maximumSize = 4 << 20

    /// The bytes.
    package let bytes: [UInt8]
    /// What they are.
    package let mediaType: MediaType
    /// The digest that names them: of all bytes, except for signed schema 1 manifests, where it is that of the signed
    /// content.
    package let digest: Digest

    /// Takes the bytes of a manifest.
    ///
    /// - Parameter declaredType: what the source says they are, as in an HTTP header. It counts if it is a type of
    ///   manifests, unless the bytes name another one themselves. Else the type is guessed from the bytes.
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

    /// A manifest made here, of known type.
    package init(encoding manifest: Manifest) throws {
        try self.init(bytes: JSONValueEncoder().bytes(manifest), declaredType: manifest.mediaType ?? .ociManifest)
    }

    /// An index made here, of known type.
    package init(encoding index: ImageIndex) throws {
        try self.init(bytes: JSONValueEncoder().bytes(index), declaredType: index.mediaType ?? .ociIndex)
    }

    /// Whether this lists manifests instead of being one.
    package var isIndex: Bool { mediaType.isIndex }

    /// The descriptor of these bytes.
    package var descriptor: Descriptor {
        Descriptor(mediaType: mediaType, digest: digest, size: Int64(bytes.count))
    }

    /// Decodes an image manifest, OCI's or Docker's schema 2. Throws `ImageModelError`: `malformed`, `ambiguous` when
    /// the document also has the members of another kind of manifest, `unknownType` when it is another.
    package func decodeManifest() throws(ImageModelError) -> Manifest {
        guard mediaType == .ociManifest || mediaType == .dockerManifest else {
            throw ImageModelError(.unknownType, "expected an image manifest, found \(mediaType)")
        }
        return try decode(Manifest.self, allowedMembers: ["config", "layers"])
    }

    /// Decodes an index, OCI's or Docker's manifest list. Throws as `decodeManifest` does.
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

    /// Refuses what one tool would read as a manifest and another as an index (CVE-2021-41190). Members count in
    /// whatever case they are written, since some tools ignore it.
    private static func checkUnambiguous(
        _ document: JSONValue, allowedMembers: [String], type: MediaType
    ) throws(ImageModelError) {
        let decisive = ["config", "fslayers", "history", "layers", "manifests"]
        for key in document.object?.keys ?? [] {
            let name = key.lowercased()
            if decisive.contains(name), !allowedMembers.contains(key) {
                throw ImageModelError(.ambiguous, "the manifest is ambiguous: \(type) has no member \"\(key)\"")
            }
        }
    }
}
