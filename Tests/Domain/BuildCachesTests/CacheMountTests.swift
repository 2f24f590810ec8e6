import BuildCaches
import ContentDigest
import ImageModel
import Testing

@Suite struct CacheMountTests {
    /// The chunks of bytes that are written in pieces of a size.
    static func chunks(_ bytes: [UInt8], piece: Int) throws -> [[UInt8]] {
        var chunker = ContentChunker()
        var result: [[UInt8]] = []
        try bytes.withUnsafeBytes { buffer in
            for start in stride(from: 0, to: buffer.count, by: piece) {
                let end = min(start + piece, buffer.count)
                try chunker.write(UnsafeRawBufferPointer(rebasing: buffer[start..<end])) { result.append($0) }
            }
        }
        try chunker.finish { result.append($0) }
        return result
    }

    static func noise(_ count: Int) -> [UInt8] {
        var state: UInt64 = 7
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }

    @Test func chunksDependOnContentAlone() throws {
        let bytes = Self.noise(6 << 20)
        let whole = try Self.chunks(bytes, piece: bytes.count)
        #expect(whole.flatMap { $0 } == bytes)
        #expect(try Self.chunks(bytes, piece: 100_003) == whole)
        #expect(whole.dropLast().allSatisfy { $0.count >= ContentChunker.minimumSize })
        #expect(whole.allSatisfy { $0.count <= ContentChunker.maximumSize })
        // An insertion at the beginning changes the first chunk.
        let changed = try Self.chunks([1, 2, 3] + bytes, piece: bytes.count)
        #expect(changed.count >= 2)
        #expect(changed.dropFirst() == whole.dropFirst())
    }

    @Test func uniformContentHasTheLargestChunks() throws {
        let chunks = try Self.chunks([UInt8](repeating: 0, count: ContentChunker.maximumSize + 10), piece: 1 << 20)
        #expect(chunks.map(\.count).reduce(0, +) == ContentChunker.maximumSize + 10)
        #expect(chunks.allSatisfy { $0.count <= ContentChunker.maximumSize })
    }

    static var artifact: MountArtifact {
        let chunk = MountArtifact.Chunk(
            digest: Digest.sha256(of: "raw"), blob: Descriptor(mediaType: MountArtifact.chunkType, describing: [1, 2]))
        return MountArtifact(
            id: "/root/.cache", name: String(repeating: "a", count: 32), mode: 0o755, uid: 1, gid: 2, size: 3,
            chunks: [chunk, chunk])
    }

    @Test func anArtifactIsReadAsItWasWritten() throws {
        let manifest = try Self.artifact.manifest().decodeManifest()
        #expect(try MountArtifact.configuration(in: manifest).size == Int64(Self.artifact.configuration().count))
        #expect(try MountArtifact(parsing: Self.artifact.configuration(), manifest) == Self.artifact)
    }

    @Test func whatIsNotAnArtifactIsRefused() throws {
        var manifest = try Self.artifact.manifest().decodeManifest()
        #expect(throws: BuildCacheError.self) { try MountArtifact(parsing: [], manifest) }
        var other = Self.artifact
        other.name = "../../etc"
        #expect(throws: BuildCacheError("the name of the cache mount is not valid")) {
            try MountArtifact(parsing: other.configuration(), manifest)
        }
        manifest.layers.removeLast()
        #expect(throws: BuildCacheError("the manifest lists 1 chunks, the configuration 2")) {
            try MountArtifact(parsing: Self.artifact.configuration(), manifest)
        }
        manifest.config = .empty
        #expect(throws: BuildCacheError.self) { try MountArtifact.configuration(in: manifest) }
    }
}
