import ContentDigest
package import ImageModel
import JSONText
import LinuxSystem
package import StreamCompression
import Synchronization

/// A new `docker load` archive with any number of images: get a destination for each, commit them all, and finish.
package final class DockerArchiveWriter: Sendable {
    /// The archive's path.
    package let path: String
    private let synchronizes: Bool
    private let state: Mutex<State>

    private struct State: ~Copyable {
        let writer: any ArchiveOutput
        var sizes: [Digest: Int64] = [:]
        var configs: Set<Digest> = []
        var images: [(config: Digest, layers: [Digest], tags: [String])] = []
        var legacy = LegacyArchiveMembers()
    }

    /// Begins the archive, in a file under a temporary name in the same directory.
    ///
    /// - Parameter temporaryDirectory: for layers of unknown size on their way into a pipe.
    /// - Throws: ``TransportError`` when a non-empty file already exists at `path`.
    package init(path: String, synchronizes: Bool = true, temporaryDirectory: String = "/var/tmp") throws {
        self.path = path
        self.synchronizes = synchronizes
        try Self.checkAbsent(path)
        let output = Transferred(try ArchivePlace.open(path, temporaryDirectory: temporaryDirectory))
        state = Mutex(State(writer: output.value))
    }

    /// Begins an archive that is written to `sink`, and finishes the sink with it.
    ///
    /// - Parameters:
    ///   - place: its name in messages.
    ///   - temporaryDirectory: for layers of unknown size, in unnamed files.
    package init(streaming sink: any ByteSink, place: String, temporaryDirectory: String) {
        path = place
        synchronizes = false
        // The lock lets one thread at a time write to the sink, which is not shared before the archive is finished.
        let writer = Transferred(
            StreamedArchive(to: sink, place: place, temporaryDirectory: temporaryDirectory) as any ArchiveOutput)
        state = Mutex(State(writer: writer.value))
    }

    /// A destination for one image, with these names.
    ///
    /// - Parameter finishesArchive: whether the image is the last one.
    package func destination(tags: [ImageReference], finishesArchive: Bool = false) -> DockerArchiveDestination {
        DockerArchiveDestination(self, tags: tags, finishesArchive: finishesArchive)
    }

    /// Writes the list of images and gives the archive its name. Images that were not committed are not listed.
    package func finish() throws {
        try state.withLock { state in
            let list = state.images.map { image -> JSONValue in
                [
                    "Config": .string(Self.configName(image.config)),
                    "RepoTags": .array(image.tags.map { .string($0) }),
                    "Layers": .array(image.layers.map { .string(Self.layerName($0)) }),
                ]
            }
            try state.writer.add("manifest.json", JSONValue.array(list).serialized())
            try state.legacy.finish(state.writer)
            try state.writer.finish(synchronize: synchronizes)
        }
    }

    func hasBlob(_ blob: Descriptor) -> Bool {
        state.withLock { $0.sizes[blob.digest].map { $0 == blob.size || blob.size < 0 } ?? false }
    }

    func putLayer(from source: any ByteSource, expected: Descriptor?) throws -> (digest: Digest, size: Int64) {
        // The lock serializes blobs of different threads; the source belongs to the thread that holds it.
        let source = Transferred(source)
        return try state.withLock { state in
            let (digest, size) = try state.writer.add(from: source.value, expected: expected, name: Self.layerName)
            state.sizes[digest] = size
            return (digest, size)
        }
    }

    /// Adds an image whose layers are present. Images with the same configuration are merged, with all their names.
    func add(_ manifest: Manifest, config: [UInt8], tags references: [ImageReference]) throws {
        let tags = references.map(\.description)
        try state.withLock { state in
            for layer in manifest.layers where state.sizes[layer.digest] == nil {
                throw TransportError(.notFound, "layer \(layer.digest) was not written", at: path)
            }
            let digest = manifest.config.digest
            if state.configs.insert(digest).inserted { try state.writer.add(Self.configName(digest), config) }
            for index in state.images.indices {
                state.images[index].tags.removeAll { tags.contains($0) }
            }
            let layers = manifest.layers.map(\.digest)
            try state.legacy.add(
                layers: layers, config: config, tags: references, to: state.writer, file: Self.layerName)
            if let index = state.images.firstIndex(where: { $0.config == digest && $0.layers == layers }) {
                state.images[index].tags += tags
            } else {
                state.images.append((digest, layers, tags))
            }
        }
    }

    /// Existing archives are neither appended to nor overwritten, as in other tools. An empty file does not count as
    /// one.
    private static func checkAbsent(_ path: String) throws(TransportError) {
        let status = try TransportError.wrapping(path) { try Files.statusIfPresent(path, followSymlinks: true) }
        if let status, status.kind == .regular, status.size > 0 {
            throw TransportError(.unsupported, "docker-archive doesn't support modifying existing images", at: path)
        }
    }

    private static func layerName(_ digest: Digest) -> String { "\(fileName(digest)).tar" }
    private static func configName(_ digest: Digest) -> String { "\(fileName(digest)).json" }

    /// Short enough for a header in any case: the longest digests are truncated, which still leaves them unique.
    private static func fileName(_ digest: Digest) -> String { String(digest.hex.prefix(64)) }
}
