import ContentDigest
import JSONText
import LinuxSystem
import StreamCompression
import TarArchive

@testable import ContainerStore

/// Layers and images whole enough for the real tools: with archives, tar-splits, configs and manifests that agree.
enum TestImage {
    struct File {
        var name: String
        var content: [UInt8]
        var mode: UInt32 = 0o644
    }

    /// Fills a layer and registers it with its archive's digest and tar-split.
    static func addLayer(_ store: ContainerStore, parent: String?, _ files: [File]) throws -> LayerRecord {
        let staging = try store.newStagingLayer(parent: parent)
        let digester = SHA256Stream()
        let lines = MemorySink()
        let compressor = try CompressingSink(lines, .gzip)
        let split = TarSplitWriter { try compressor.write($0) }
        let archive = TarWriter(write: { digester.update($0) }, segmentObserver: split)
        for file in files {
            try Files.replaceFile(
                "\(staging.contentDirectory)/\(file.name)", with: file.content, mode: file.mode, synchronize: false)
            var entry = TarEntry(name: Array(file.name.utf8), kind: .regular)
            entry.mode = file.mode
            entry.size = Int64(file.content.count)
            try archive.begin(entry)
            try file.content.withUnsafeBytes { try archive.write(content: $0) }
            try archive.end()
        }
        try archive.finish()
        try split.finish()
        try compressor.finish()
        return try store.register(
            staging, diffID: digester.finalize(), diffSize: digester.byteCount, tarSplit: .gzipped(lines.bytes),
            uids: [0], gids: [0])
    }

    /// An OCI image of these layers.
    static func add(_ store: ContainerStore, name: String, topLayer: String) throws -> ImageRecord {
        let chain = try store.layerChain(topLayer).reversed()
        let config: JSONValue = [
            "created": "2026-01-01T00:00:00Z", "architecture": "amd64", "os": "linux", "config": [:],
            "rootfs": [
                "type": "layers", "diff_ids": .array(chain.compactMap(\.diffID).map { .string($0.description) }),
            ],
            "history": .array(chain.map { _ in ["created": "2026-01-01T00:00:00Z"] }),
        ]
        let bytes = config.serialized()
        let id = Digest.sha256(of: bytes)
        let layers = chain.map { layer -> JSONValue in
            [
                "mediaType": "application/vnd.oci.image.layer.v1.tar", "size": .integer(layer.diffSize),
                "digest": .string(layer.diffID?.description ?? ""),
            ]
        }
        let manifest: JSONValue = [
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": [
                "mediaType": "application/vnd.oci.image.config.v1+json", "digest": .string(id.description),
                "size": .integer(Int64(bytes.count)),
            ],
            "layers": .array(layers),
        ]
        let digest = Digest.sha256(of: manifest.serialized())
        return try store.createImage(
            id: id.hex, names: [name], topLayer: topLayer, metadata: "{\"signatures-sizes\":{\"\(digest)\":[]}}",
            digest: digest, created: FileTime(seconds: 1_767_225_600),
            bigData: [
                ("sha256:\(id.hex)", bytes), ("manifest-\(digest)", manifest.serialized()),
                ("manifest", manifest.serialized()), ("signature-\(digest.hex)", []),
            ])
    }
}
