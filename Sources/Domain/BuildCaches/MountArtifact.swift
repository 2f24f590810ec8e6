package import ContentDigest
package import ImageModel
import JSONText

/// A cache mount as an OCI artifact: an archive of its files in chunks, each a compressed blob, and a configuration.
package struct MountArtifact: Sendable, Equatable {
    /// The type of the artifact's configuration.
    package static let configType: MediaType = "application/vnd.swiftlet.cachemount.config.v1+json"
    /// The type of a chunk: a part of a tar archive, compressed with zstd on its own.
    package static let chunkType: MediaType = "application/vnd.swiftlet.cachemount.chunk.v1.tar+zstd"
    /// The largest configuration that is read, in bytes.
    package static let maximumSize = 4 << 20

    /// A part of the archive.
    package struct Chunk: Sendable, Equatable {
        /// The digest of its bytes.
        package var digest: Digest
        /// The blob with the compressed bytes.
        package var blob: Descriptor

        /// Memberwise initializer.
        package init(digest: Digest, blob: Descriptor) {
            self.digest = digest
            self.blob = blob
        }
    }

    /// The cache's id in the Dockerfile.
    package var id: String
    /// The name of the cache's directory: 32 hexadecimal digits, which stand for the id and the owner.
    package var name: String
    /// Permissions and owner of the directory itself.
    package var mode, uid, gid: UInt32
    /// The size of the archive in bytes.
    package var size: Int64
    /// The archive.
    package var chunks: [Chunk]

    /// Memberwise initializer.
    package init(id: String, name: String, mode: UInt32, uid: UInt32, gid: UInt32, size: Int64, chunks: [Chunk]) {
        self.id = id
        self.name = name
        (self.mode, self.uid, self.gid) = (mode, uid, gid)
        self.size = size
        self.chunks = chunks
    }

    /// The configuration.
    package func configuration() -> [UInt8] {
        let value: JSONValue = [
            "id": .string(id), "name": .string(name), "mode": .integer(Int64(mode)), "uid": .integer(Int64(uid)),
            "gid": .integer(Int64(gid)), "size": .integer(size),
            "chunks": .array(chunks.map { .string($0.digest.description) }),
        ]
        return value.serialized()
    }

    /// The manifest that lists the configuration and each blob once.
    ///
    /// - Throws: `ImageModelError` if there are too many chunks for a manifest.
    package func manifest() throws -> RawManifest {
        let config = Descriptor(mediaType: Self.configType, describing: configuration())
        return try RawManifest(
            encoding: Manifest(artifactType: Self.configType.rawValue, config: config, layers: chunks.map(\.blob)))
    }

    /// The configuration's descriptor in a manifest.
    ///
    /// - Throws: ``BuildCacheError`` if it is not that of a cache mount.
    package static func configuration(in manifest: Manifest) throws(BuildCacheError) -> Descriptor {
        guard manifest.config.mediaType == configType else {
            throw BuildCacheError("an artifact of type \"\(manifest.typeOfArtifact)\" is not a cache mount")
        }
        return Descriptor(mediaType: configType, digest: manifest.config.digest, size: manifest.config.size)
    }

    /// Reads a configuration.
    ///
    /// - Throws: ``BuildCacheError`` if it violates the format.
    package init(parsing bytes: [UInt8], _ manifest: Manifest) throws(BuildCacheError) {
        guard let value = try? JSONValue(parsing: bytes), let id = value["id"]?.string,
            let name = value["name"]?.string, let size = value["size"]?.integer, size >= 0,
            let mode = Self.number(value["mode"]), let uid = Self.number(value["uid"]),
            let gid = Self.number(value["gid"]), let listed = value["chunks"]?.array
        else { throw BuildCacheError("the configuration of the cache mount is not valid") }
        guard name.utf8.count == 32, name.utf8.allSatisfy(Self.isHexDigit) else {
            throw BuildCacheError("the name of the cache mount is not valid")
        }
        guard listed.count == manifest.layers.count else {
            throw BuildCacheError(
                "the manifest lists \(manifest.layers.count) chunks, the configuration \(listed.count)")
        }
        var chunks: [Chunk] = []
        for (index, (text, blob)) in zip(listed, manifest.layers).enumerated() {
            guard let digest = text.string.flatMap({ Digest($0) }), blob.mediaType == Self.chunkType else {
                throw BuildCacheError("chunk \(index) of the cache mount is not valid")
            }
            let plain = Descriptor(mediaType: blob.mediaType, digest: blob.digest, size: blob.size)
            chunks.append(Chunk(digest: digest, blob: plain))
        }
        self.init(id: id, name: name, mode: mode & 0o7777, uid: uid, gid: gid, size: size, chunks: chunks)
    }

    private static func number(_ value: JSONValue?) -> UInt32? { value?.integer.flatMap { UInt32(exactly: $0) } }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
