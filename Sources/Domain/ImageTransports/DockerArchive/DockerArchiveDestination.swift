package import ContentDigest
package import ImageModel
package import StreamCompression
import Synchronization

/// `docker-archive:`, one image in a new archive for `docker load`.
package final class DockerArchiveDestination: ImageDestination {
    private let writer: DockerArchiveWriter
    private let tags: [ImageReference]
    private let finishesArchive: Bool
    private let state = Mutex(State())

    private struct State {
        var configs: [Digest: [UInt8]] = [:]
        var manifest: Manifest?
    }

    /// An archive with only this image, complete after `commit`.
    ///
    /// - Throws: ``TransportError`` when the file already exists: such archives cannot be appended to.
    package convenience init(
        _ reference: DockerArchiveReference, additionalTags: [ImageReference] = [], synchronizes: Bool = true,
        temporaryDirectory: String = "/var/tmp"
    ) throws {
        guard reference.index == nil else {
            throw TransportError(
                .invalidReference, "destination reference must not contain a manifest index @\(reference.index ?? 0)",
                at: "docker-archive:\(reference)")
        }
        self.init(
            try DockerArchiveWriter(
                path: reference.path, synchronizes: synchronizes, temporaryDirectory: temporaryDirectory),
            tags: (reference.image.map { [$0] } ?? []) + additionalTags, finishesArchive: true)
    }

    init(_ writer: DockerArchiveWriter, tags: [ImageReference], finishesArchive: Bool) {
        self.writer = writer
        self.tags = tags
        self.finishesArchive = finishesArchive
    }

    package var description: String {
        "docker-archive:\(writer.path)" + (tags.first.map { ":\($0)" } ?? "")
    }

    package var acceptedManifestTypes: [MediaType] { [.dockerManifest] }
    package var preferredLayerCompression: LayerCompressionPreference { .decompress }
    package var leavesForeignLayersOut: Bool { false }

    package func hasBlob(_ blob: Descriptor) throws -> Bool {
        writer.hasBlob(blob) || state.withLock { $0.configs[blob.digest]?.count == Int(blob.size) }
    }

    package func putBlob(from source: any ByteSource, expected: Descriptor?) throws -> (digest: Digest, size: Int64) {
        guard expected?.mediaType.isImageConfig ?? false else {
            return try writer.putLayer(from: source, expected: expected)
        }
        let hasher = BlobHasher(expected)
        let bytes = try source.readAll(limit: ImageLimits.configuration)
        try bytes.withUnsafeBytes { try hasher.update($0, place: description) }
        let digest = try hasher.finish(place: description)
        state.withLock { $0.configs[digest] = bytes }
        return (digest, Int64(bytes.count))
    }

    package func checkTakes(_ signatures: [ImageSignature]) throws { throw Self.takesNoSignatures }

    /// Docker's archives cannot hold signatures.
    package static let takesNoSignatures = TransportError(
        .unsupported, "Storing signatures for docker tar files is not supported")

    package func putManifest(_ manifest: RawManifest, instance: Digest?) throws {
        guard instance == nil, manifest.mediaType == .dockerManifest else {
            throw TransportError(
                .unsupported, "docker-archive cannot hold a manifest of type \(manifest.mediaType)", at: description)
        }
        let decoded = try manifest.decodeManifest()
        state.withLock { $0.manifest = decoded }
    }

    package func commit() throws {
        let (manifest, configs) = state.withLock { ($0.manifest, $0.configs) }
        guard let manifest else { throw TransportError(.notFound, "no manifest was written", at: description) }
        guard let config = configs[manifest.config.digest] else {
            throw TransportError(.notFound, "config \(manifest.config.digest) was not written", at: description)
        }
        try writer.add(manifest, config: config, tags: tags)
        if finishesArchive { try writer.finish() }
    }
}
