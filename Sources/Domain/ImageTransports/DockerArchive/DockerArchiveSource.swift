package import ContentDigest
package import ImageModel
import JSONText
package import StreamCompression

/// `docker-archive:`, one image in an archive. Its manifest is generated: it lists the uncompressed layers, whose
/// digests are the configuration's diff IDs, as in all tools that read such archives.
package final class DockerArchiveSource: ImageSource {
    private let reference: DockerArchiveReference
    private let archive: DockerArchive
    private let config: [UInt8]
    private let made: RawManifest
    private let layers: [Digest: String]
    private let sizes: [Digest: Int64]

    /// Opens the archive and reads the image's configuration. Compressed layers are unpacked once to determine their
    /// sizes.
    package convenience init(_ reference: DockerArchiveReference, temporaryDirectory: String = "/var/tmp") throws {
        let archive = try DockerArchive(path: reference.path, temporaryDirectory: temporaryDirectory)
        try self.init(archive, reference)
    }

    /// One image in an archive that is already open.
    package init(_ archive: DockerArchive, _ reference: DockerArchiveReference) throws {
        self.reference = reference
        self.archive = archive
        let image = try archive.choose(reference)
        guard let config = try image.madeConfig ?? archive.files.read(image.config, limit: ImageLimits.configuration)
        else {
            throw TransportError(.malformed, "\(image.config) is missing", at: archive.path)
        }
        self.config = config
        let diffIDs = try TransportError.wrapping("\(archive.path)/\(image.config)") {
            try JSONValueDecoder().decode(ImageConfig.self, from: config).rootfs.diffIDs
        }
        guard diffIDs.count == image.layers.count else {
            throw TransportError(
                .malformed, "\(image.layers.count) layers, but \(diffIDs.count) diff IDs in \(image.config)",
                at: archive.path)
        }
        var sizes: [Digest: Int64] = [:]
        var layers: [Digest: String] = [:]
        for (diffID, file) in zip(diffIDs, image.layers) where layers[diffID] == nil {
            layers[diffID] = file
            sizes[diffID] = try Self.uncompressedSize(of: file, in: archive)
        }
        self.layers = layers
        self.sizes = sizes
        let descriptors = diffIDs.map { Descriptor(mediaType: .dockerLayer, digest: $0, size: sizes[$0] ?? 0) }
        made = try RawManifest(
            encoding: Manifest(
                mediaType: .dockerManifest, config: Descriptor(mediaType: .dockerConfig, describing: config),
                layers: descriptors))
    }

    package var origin: ImageOrigin { .path(transport: "docker-archive", path: archive.path, name: nil) }
    package var description: String { "docker-archive:\(reference)" }

    package func manifest(_ instance: Digest?) throws -> RawManifest {
        guard instance == nil || instance == made.digest else {
            throw TransportError(.unsupported, "manifest lists are not supported by docker-archive", at: description)
        }
        return made
    }

    package func openBlob(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?) {
        if let file = layers[blob.digest] {
            return (try Self.uncompressed(file, in: archive), sizes[blob.digest])
        }
        guard blob.digest == Digest.hash(config, with: blob.digest.algorithm) else {
            throw TransportError(.notFound, "no blob \(blob.digest)", at: description)
        }
        return (MemorySource(config), Int64(config.count))
    }

    private static func open(
        _ file: String, in archive: DockerArchive
    ) throws -> (source: FileRangeSource, size: Int64) {
        guard let (shared, range) = try archive.files.open(file) else {
            throw TransportError(.malformed, "layer \(file) is missing", at: archive.path)
        }
        return (FileRangeSource(shared, range: range), range.upperBound - range.lowerBound)
    }

    private static func uncompressed(_ file: String, in archive: DockerArchive) throws -> any ByteSource {
        let (source, _) = try open(file, in: archive)
        return try DecompressingSource(source, nil)
    }

    private static func uncompressedSize(of file: String, in archive: DockerArchive) throws -> Int64 {
        let (source, size) = try open(file, in: archive)
        let unpacked = try DecompressingSource(source, nil)
        return unpacked.compression == .none ? size : try unpacked.drain()
    }
}
