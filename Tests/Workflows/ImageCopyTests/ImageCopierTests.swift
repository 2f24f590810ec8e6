import ContentDigest
import ImageCopy
import ImageModel
import ImageTransports
import JSONText
import StreamCompression
import Testing

@Suite struct ImageCopierTests {
    private let layer = Array("plain layer".utf8)
    private let other = Array("other layer".utf8)

    private func gzipped(_ bytes: [UInt8]) throws -> [UInt8] {
        let sink = MemorySink()
        let compressor = try CompressingSink(sink, .gzip, threads: 1)
        try compressor.write(bytes)
        try compressor.finish()
        return sink.bytes
    }

    /// An image of these layers; `bytes` are as stored.
    private func image(
        _ layers: [(type: MediaType, bytes: [UInt8], diffID: Digest)], change: (inout Manifest) -> Void = { _ in }
    ) throws -> MemoryImage {
        let config = try ImageConfig(
            architecture: "amd64", os: "linux", rootfs: RootFS(diffIDs: layers.map(\.diffID))
        ).serialized()
        var manifest = Manifest(
            config: Descriptor(mediaType: .ociConfig, describing: config),
            layers: layers.map { Descriptor(mediaType: $0.type, describing: $0.bytes) })
        change(&manifest)
        return MemoryImage(try RawManifest(encoding: manifest), blobs: layers.map(\.bytes) + [config])
    }

    private func plain() throws -> MemoryImage {
        try image([(.ociLayer, layer, Digest.sha256(of: layer)), (.ociLayer, other, Digest.sha256(of: other))])
    }

    private func copy(
        _ source: MemoryImage, to destination: MemoryDestination, _ change: (inout CopyOptions) -> Void = { _ in }
    ) throws -> RawManifest {
        var options = CopyOptions()
        change(&options)
        return try ImageCopier(options) { _ in }.copy(source, to: destination)
    }

    @Test func unchangedManifestKeepsItsBytes() throws {
        let source = try plain()
        let destination = MemoryDestination()
        let written = try copy(source, to: destination)
        #expect(written.bytes == source.raw.bytes)
        #expect(destination.content.blobs.count == 3)
        #expect(destination.content.isCommitted)
    }

    @Test func compressesLayersWhenPreferred() throws {
        let destination = MemoryDestination(preferring: .compress)
        let written = try copy(try plain(), to: destination).decodeManifest()
        #expect(written.layers.map(\.mediaType) == [.ociLayerGzip, .ociLayerGzip])
        let bytes = try #require(destination.content.blobs[written.layers[0].digest])
        #expect(try DecompressingSource(MemorySource(bytes), nil).readAll(limit: 1 << 20) == layer)
    }

    @Test func decompressedLayersAreVerifiedAgainstDiffIDs() throws {
        let source = try image([(.ociLayerGzip, gzipped(layer), Digest.sha256(of: layer))])
        let destination = MemoryDestination(preferring: .decompress)
        let written = try copy(source, to: destination).decodeManifest()
        #expect(written.layers[0].digest == Digest.sha256(of: layer))
        let liar = try image([(.ociLayerGzip, gzipped(layer), Digest.sha256(of: other))])
        let refusing = MemoryDestination(preferring: .decompress)
        #expect(throws: CopyError.self) { try copy(liar, to: refusing) }
        #expect(refusing.content.manifest == nil)
    }

    @Test func duplicateLayerIsTransferredOnce() throws {
        let digest = Digest.sha256(of: layer)
        let source = try image([(.ociLayer, layer, digest), (.ociLayer, layer, digest)])
        let destination = MemoryDestination()
        _ = try copy(source, to: destination)
        #expect(destination.content.writes.filter { $0 == digest }.count == 1)
    }

    @Test func impossibleConversionFailsBeforeAnyTransfer() throws {
        let source = try image([(.ociLayerZstd, layer, Digest.sha256(of: layer))])
        let destination = MemoryDestination()
        #expect(throws: ImageModelError.self) { try copy(source, to: destination) { $0.format = .dockerManifest } }
        #expect(destination.content.blobs.isEmpty)
    }

    @Test func preservingDigestsRejectsChanges() throws {
        let destination = MemoryDestination(accepting: [.dockerManifest])
        #expect(throws: CopyError.self) { try copy(try plain(), to: destination) { $0.preservesDigests = true } }
        #expect(destination.content.blobs.isEmpty)
        // A preferred compression is ignored.
        let compressing = MemoryDestination(preferring: .compress)
        let source = try plain()
        #expect(try copy(source, to: compressing) { $0.preservesDigests = true }.digest == source.raw.digest)
    }

    @Test func unpackedLayersPreserveDigestsOrNothingIsSent() throws {
        let packed = try gzipped(layer)
        let source = try image([(.ociLayerGzip, packed, Digest.sha256(of: layer))])
        // As in a store.
        let unpacked = MemoryImage(source.raw, blobs: [layer] + Array(source.blobs.values))
        unpacked.readable = [Descriptor(mediaType: .ociLayer, describing: layer)]
        let destination = MemoryDestination()
        #expect(throws: CopyError.self) { try copy(unpacked, to: destination) { $0.preservesDigests = true } }
        #expect(destination.content.writes.isEmpty)
        // If the compressed layer already exists it need not be created.
        _ = try destination.putBlob(packed, mediaType: .ociLayerGzip)
        #expect(try copy(unpacked, to: destination) { $0.preservesDigests = true }.bytes == source.raw.bytes)
    }

    @Test func rewrittenManifestKeepsUnrelatedMembers() throws {
        let source = try image([(.ociLayer, layer, Digest.sha256(of: layer))]) {
            $0.subject = .empty
            $0.annotations = ["a": "b"]
            $0.extra["com.vendor"] = ["x": 1]
            $0.layers[0].extra["com.vendor"] = true
            $0.layers[0].urls = ["https://example.com/layer"]
        }
        let written = try copy(source, to: MemoryDestination(preferring: .compress)).decodeManifest()
        var expected = try source.raw.decodeManifest()
        expected.layers[0].mediaType = .ociLayerGzip
        expected.layers[0].digest = written.layers[0].digest
        expected.layers[0].size = written.layers[0].size
        expected.layers[0].urls = nil
        #expect(written == expected)
    }

    /// An artifact with layers of types that images have, too.
    private func artifact(
        config: [UInt8] = Array("{}".utf8), type: MediaType = "application/vnd.example.config+json",
        _ change: (inout Manifest) -> Void = { _ in }
    ) throws -> MemoryImage {
        var manifest = Manifest(
            artifactType: "application/x.y", config: Descriptor(mediaType: type, describing: config),
            layers: [
                Descriptor(mediaType: .ociLayer, describing: layer),
                Descriptor(mediaType: .ociLayerGzip, describing: other),
                Descriptor(mediaType: "text/plain", describing: Array("x".utf8)),
            ])
        change(&manifest)
        return MemoryImage(
            try RawManifest(encoding: manifest), blobs: [layer, other, Array("x".utf8), config])
    }

    @Test func nothingOfAnArtifactIsChanged() throws {
        let way = LayerCompressionSettings(.zstd)
        for preference in [LayerCompressionPreference.preserve, .compress, .decompress] {
            for layers in [CopyOptions.Layers.preferred(nil), .preferred(way), .compressed(way), .plain] {
                let source = try artifact()
                let destination = MemoryDestination(preferring: preference)
                let written = try copy(source, to: destination) { $0.layers = layers }
                #expect(written.bytes == source.raw.bytes)
                #expect(destination.content.blobs == source.blobs)
            }
        }
        // An artifact may have the configuration of an image.
        let config = try ImageConfig(architecture: "", os: "", rootfs: RootFS(diffIDs: [])).serialized()
        let source = try artifact(config: config, type: .ociConfig)
        #expect(try copy(source, to: MemoryDestination(preferring: .compress)).bytes == source.raw.bytes)
    }

    @Test func anArtifactIsNotConverted() throws {
        let destination = MemoryDestination(accepting: [.dockerManifest])
        let error = #expect(throws: CopyError.self) { try copy(try artifact(), to: destination) }
        #expect(error?.message.contains("an artifact of type \"application/x.y\"") == true)
        #expect(destination.content.writes.isEmpty)
        #expect(throws: CopyError.self) {
            try copy(try artifact(), to: MemoryDestination()) { $0.format = .dockerManifest }
        }
    }

    @Test func anArtifactMayHaveALargeConfiguration() throws {
        let source = try artifact(config: [UInt8](repeating: 0x20, count: ImageLimits.configuration + 1))
        let destination = MemoryDestination()
        #expect(try copy(source, to: destination).bytes == source.raw.bytes)
        #expect(destination.content.blobs == source.blobs)
    }

    @Test func aLayerThatTheDestinationHasStaysUnlessForced() throws {
        let packed = try gzipped(layer)
        let source = try image([(.ociLayerGzip, packed, Digest.sha256(of: layer))])
        let zstd = CopyOptions.Layers.preferred(LayerCompressionSettings(.zstd))
        let destination = MemoryDestination(preferring: .compress)
        let fresh = try copy(source, to: destination) { $0.layers = zstd }.decodeManifest()
        #expect(fresh.layers.map(\.mediaType) == [.ociLayerZstd])
        let known = MemoryDestination(preferring: .compress)
        _ = try known.putBlob(packed, mediaType: .ociLayerGzip)
        #expect(try copy(source, to: known) { $0.layers = zstd }.bytes == source.raw.bytes)
        let forced = try copy(source, to: known) {
            $0.layers = zstd
            $0.forcesCompression = true
        }
        #expect(try forced.decodeManifest().layers.map(\.mediaType) == [.ociLayerZstd])
        // A destination that keeps layers as they are is not asked to compress them.
        #expect(try copy(source, to: MemoryDestination()) { $0.layers = zstd }.bytes == source.raw.bytes)
    }

    @Test func aLayerOfUnknownSizeGetsItsOwn() throws {
        let source = try image([(.ociLayer, layer, Digest.sha256(of: layer))])
        var unsized = Descriptor(mediaType: .ociLayer, describing: layer)
        unsized.size = -1
        source.readable = [unsized]
        #expect(try copy(source, to: MemoryDestination()).bytes == source.raw.bytes)
        let written = try copy(source, to: MemoryDestination(preferring: .compress)).decodeManifest()
        #expect(written.layers[0].size > 0)
    }

    @Test func rejectsMismatchedEmbeddedContent() throws {
        var described = Descriptor(mediaType: "text/plain", describing: layer)
        described.data = other
        let manifest = Manifest(artifactType: "application/x.note", config: .empty, layers: [described])
        let source = MemoryImage(try RawManifest(encoding: manifest), blobs: [layer])
        let destination = MemoryDestination()
        #expect(throws: (any Error).self) { try copy(source, to: destination) }
        #expect(destination.content.manifest == nil)
    }

    @Test func embeddedContentIsNotFetched() throws {
        let note = Array("embedded".utf8)
        var described = Descriptor(mediaType: "text/plain", describing: note)
        described.data = note
        let manifest = Manifest(artifactType: "application/x.note", config: .empty, layers: [described])
        let source = MemoryImage(try RawManifest(encoding: manifest), blobs: [])
        let destination = MemoryDestination()
        #expect(try copy(source, to: destination).bytes == source.raw.bytes)
        #expect(destination.content.blobs[described.digest] == note)
    }

    @Test func foreignLayersAreNotCopied() throws {
        let source = try image([(.ociNonDistributableLayer, layer, Digest.sha256(of: layer))]) {
            $0.layers[0].urls = ["https://example.com/layer"]
        }
        let destination = MemoryDestination(preferring: .compress)
        let written = try copy(source, to: destination)
        #expect(written.bytes == source.raw.bytes)
        #expect(destination.content.blobs[Digest.sha256(of: layer)] == nil)
    }

    @Test func dropsAnnotationsThatOnlyApplyToOldBytes() throws {
        let source = try image([(.ociLayerZstd, zstd(layer), Digest.sha256(of: layer))]) {
            $0.layers[0].annotations = ["io.github.containers.zstd-chunked.manifest-position": "1", "mine": "kept"]
        }
        let written = try copy(source, to: MemoryDestination()) {
            $0.layers = .compressed(LayerCompressionSettings(.gzip))
        }
        #expect(try written.decodeManifest().layers[0].annotations == ["mine": "kept"])
    }

    private func zstd(_ bytes: [UInt8]) throws -> [UInt8] {
        let sink = MemorySink()
        let compressor = try CompressingSink(sink, .zstd, threads: 1)
        try compressor.write(bytes)
        try compressor.finish()
        return sink.bytes
    }

    @Test func schema1RoundTrips() throws {
        let source = try image([(.ociLayerGzip, gzipped(layer), Digest.sha256(of: layer))])
        let old = MemoryDestination()
        let written = try copy(source, to: old) { $0.format = .dockerSchema1Signed }
        #expect(written.mediaType == .dockerSchema1Signed)
        let back = MemoryImage(written, blobs: Array(old.content.blobs.values))
        let new = MemoryDestination(accepting: [.ociManifest])
        let manifest = try copy(back, to: new).decodeManifest()
        let config = try ImageConfig(parsing: try #require(new.content.blobs[manifest.config.digest]))
        #expect(config.rootfs.diffIDs == [Digest.sha256(of: layer)])
        #expect(config.platform == Platform(architecture: "amd64", os: "linux"))
        #expect(manifest.layers[0].digest == Digest.sha256(of: try gzipped(layer)))
    }
}
