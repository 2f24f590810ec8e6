import ContentDigest
import ImageModel
import JSONText
import LinuxSystem
import StreamCompression

@testable import ImageTransports

/// A small valid image: one uncompressed and one gzip layer with one file each.
struct SampleImage {
    let manifest: RawManifest
    let blobs: [(descriptor: Descriptor, bytes: [UInt8])]

    /// - Parameters:
    ///   - seed: distinguishes images.
    ///   - docker: Docker's media types, and only uncompressed layers, instead of OCI's.
    init(seed: Int = 0, docker: Bool = false) throws {
        let first = Self.tar("first-\(seed)", Array("content \(seed)\n".utf8))
        let second = Self.tar("second-\(seed)", [UInt8](repeating: UInt8(truncatingIfNeeded: seed), count: 100_000))
        let packed = docker ? second : try Self.gzip(second)
        let config: JSONValue = [
            "created": "2024-01-02T03:04:05Z", "architecture": "amd64", "os": "linux",
            "config": ["Cmd": [.string("/first-\(seed)")]],
            "rootfs": [
                "type": "layers",
                "diff_ids": [
                    .string(Digest.sha256(of: first).description), .string(Digest.sha256(of: second).description),
                ],
            ],
            "history": [["created_by": "one"], ["created_by": "two"]],
        ]
        let configBytes = config.serialized()
        let configDescriptor = Descriptor(mediaType: docker ? .dockerConfig : .ociConfig, describing: configBytes)
        let layers = [
            Descriptor(mediaType: docker ? .dockerLayer : .ociLayer, describing: first),
            Descriptor(mediaType: docker ? .dockerLayer : .ociLayerGzip, describing: packed),
        ]
        blobs = [(configDescriptor, configBytes), (layers[0], first), (layers[1], packed)]
        manifest = try RawManifest(
            encoding: Manifest(
                mediaType: docker ? .dockerManifest : .ociManifest, config: configDescriptor, layers: layers))
    }

    /// Writes the image.
    func write(to destination: any ImageDestination) throws {
        for (descriptor, bytes) in blobs where try !destination.hasBlob(descriptor) {
            _ = try destination.putBlob(from: MemorySource(bytes), expected: descriptor)
        }
        try destination.putManifest(manifest, instance: nil)
        try destination.commit()
    }

    /// Whether `source` provides exactly this image.
    func isIdentical(to source: any ImageSource) throws -> Bool {
        guard try source.manifest(nil).bytes == manifest.bytes else { return false }
        return try blobs.allSatisfy { try source.readBlob($0.descriptor) == $0.bytes }
    }

    /// An archive with one file.
    static func tar(_ name: String, _ content: [UInt8]) -> [UInt8] {
        tar([(name, content)])
    }

    /// An archive with these files.
    static func tar(_ files: [(name: String, content: [UInt8])]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (name, content) in files {
            bytes += ArchiveHeader.bytes(name: name, size: Int64(content.count)) + content
            bytes += [UInt8](repeating: 0, count: -content.count & 511)
        }
        return bytes + [UInt8](repeating: 0, count: 1024)
    }

    static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
        let memory = MemorySink()
        let sink = try CompressingSink(memory, .gzip)
        try sink.write(bytes)
        try sink.finish()
        return memory.bytes
    }
}

/// A temporary directory, removed at the end with its contents.
final class TemporaryDirectory {
    let path = "/tmp/image-transports-\(RandomBytes.hex(8))"

    init() throws {
        try Files.makeDirectory(path, mode: 0o755)
    }

    deinit {
        try? Files.removeTree(path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Files.replaceFile(file(name), with: bytes, mode: 0o644, synchronize: false)
        return file(name)
    }

    /// The relative names of all files below, sorted.
    func names(in directory: String = "") throws -> [String] {
        var result: [String] = []
        for entry in try Files.entries(ofDirectory: file(directory)) {
            let name = directory.isEmpty ? entry.text : "\(directory)/\(entry.text)"
            if try Files.status(file(name)).kind == .directory {
                result += try names(in: name)
            } else {
                result.append(name)
            }
        }
        return result.sorted()
    }
}

/// Copies one image unchanged.
func copyImage(from source: any ImageSource, to destination: any ImageDestination) throws {
    let raw = try source.manifest(nil)
    let manifest = try raw.decodeManifest()
    for blob in [manifest.config] + manifest.layers where try !destination.hasBlob(blob) {
        _ = try destination.putBlob(from: try source.openBlob(blob).source, expected: blob)
    }
    try destination.putManifest(raw, instance: nil)
    try destination.commit()
}
