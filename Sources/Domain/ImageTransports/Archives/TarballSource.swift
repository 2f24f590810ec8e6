package import ContentDigest
import Glibc
package import ImageModel
import LinuxSystem
package import StreamCompression

/// `tarball:file[:file...]`: an image of plain archives, one layer each, base first. Configuration and manifest are
/// generated, the same as Skopeo's for the same files: times are those of the files.
///
/// Archives compressed with gzip or zstd are used as layers unchanged; other compressions are unpacked on the fly.
package final class TarballSource: ImageSource {
    private let text: String
    private let config: [UInt8]
    private let made: RawManifest
    private let layers: [Digest: Layer]

    private struct Layer {
        let file: SharedFile
        let descriptor: Descriptor
        let diffID: Digest
        let time: FileTime
        /// Whether the layer is the file's decompressed content.
        let isUnpacked: Bool

        func open() throws -> any ByteSource {
            let source = FileRangeSource(file, range: 0..<file.size)
            return isUnpacked ? try DecompressingSource(source, nil) : source
        }
    }

    /// Reads each file once, for its digests.
    ///
    /// - Parameters:
    ///   - text: colon-separated paths; `-` is standard input.
    ///   - temporaryDirectory: for the content of pipes, in unnamed files.
    package init(parsing text: String, temporaryDirectory: String = "/var/tmp") throws {
        self.text = text
        let layers = try text.split(separator: ":", omittingEmptySubsequences: false).map { path in
            try TransportError.wrapping(String(path)) {
                try Self.measure(try Self.open(String(path), temporaryDirectory))
            }
        }
        self.layers = Dictionary(layers.map { ($0.descriptor.digest, $0) }) { first, _ in first }
        let newest = layers.map(\.time).max { ($0.seconds, $0.nanoseconds) < ($1.seconds, $1.nanoseconds) }
        config = try ImageConfig(
            created: newest.map(Clock.rfc3339), config: ContainerConfig(),
            rootfs: RootFS(diffIDs: layers.map(\.diffID)),
            history: layers.map { layer in
                History(
                    created: Clock.rfc3339(layer.time),
                    createdBy: "/bin/sh -c #(nop) ADD file:\(layer.diffID.hex) in /", comment: "imported from tarball")
            }
        ).serialized()
        made = try RawManifest(
            encoding: Manifest(
                mediaType: nil, config: Descriptor(mediaType: .ociConfig, describing: config),
                layers: layers.map(\.descriptor)))
    }

    package var description: String { "tarball:\(text)" }

    package func manifest(_ instance: Digest?) throws -> RawManifest {
        guard instance == nil || instance == made.digest else {
            throw TransportError(.unsupported, "manifest lists are not supported by tarball", at: description)
        }
        return made
    }

    package func openBlob(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?) {
        if let layer = layers[blob.digest] { return (try layer.open(), layer.descriptor.size) }
        guard blob.digest == Digest.hash(config, with: blob.digest.algorithm) else {
            throw TransportError(.notFound, "no blob \(blob.digest)", at: description)
        }
        return (MemorySource(config), Int64(config.count))
    }

    private static func open(_ path: String, _ temporaryDirectory: String) throws -> (file: SharedFile, time: FileTime)
    {
        guard path != "-" else {
            let input = FileDescriptorSource(fd: STDIN_FILENO)
            return (try SharedFile(spooling: input, in: temporaryDirectory, path: "standard input"), Clock.now())
        }
        let descriptor = try OwnedFD.open(path, SharedFile.openFlags)
        let time = try descriptor.status().modification
        return (try SharedFile(descriptor, path: path), time)
    }

    private static func measure(_ opened: (file: SharedFile, time: FileTime)) throws -> Layer {
        let packed = SHA256Stream(), unpacked = SHA256Stream()
        let content = ObservedSource(FileRangeSource(opened.file, range: 0..<opened.file.size)) { packed.update($0) }
        let archive = try DecompressingSource(content, nil)
        let size = try ObservedSource(archive) { unpacked.update($0) }.drain()
        try content.drain()
        let diffID = unpacked.finalize()
        let type: MediaType =
            switch archive.compression {
            case .gzip: .ociLayerGzip
            case .zstd: .ociLayerZstd
            case .none, .bzip2, .xz: .ociLayer
            }
        let isUnpacked = type == .ociLayer && archive.compression != .none
        let descriptor = Descriptor(
            mediaType: type, digest: type == .ociLayer ? diffID : packed.finalize(),
            size: type == .ociLayer ? size : opened.file.size)
        return Layer(
            file: opened.file, descriptor: descriptor, diffID: diffID, time: opened.time, isUnpacked: isUnpacked)
    }
}
