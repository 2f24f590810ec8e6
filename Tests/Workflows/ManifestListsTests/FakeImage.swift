import ContentDigest
import ImageModel
import ImageTransports
import StreamCompression

@testable import ManifestLists

/// An image without layers, for one architecture.
final class FakeImage: ImageSource {
    let description: String
    private let config: [UInt8]

    init(_ architecture: String) throws {
        description = "oci:/\(architecture)"
        config = try ImageConfig(architecture: architecture, os: "linux").serialized()
    }

    func manifest(_ instance: Digest?) throws -> RawManifest {
        try RawManifest(
            encoding: Manifest(config: Descriptor(mediaType: .ociConfig, describing: config), layers: []))
    }

    func openBlob(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?) {
        (MemorySource(config), Int64(config.count))
    }

    func candidate() throws -> ListCandidate { try ListCandidate(self, place: description) }
}

/// A list of images that do not exist.
final class FakeList: ImageSource {
    let description = "oci:/list"
    private let architectures: [String]

    init(_ architectures: [String]) {
        self.architectures = architectures
    }

    func manifest(_ instance: Digest?) throws -> RawManifest {
        var index = ImageIndex()
        for architecture in architectures {
            var entry = try FakeImage(architecture).manifest(nil).descriptor
            entry.platform = Platform(architecture: architecture, os: "linux")
            index.manifests.append(entry)
        }
        return try RawManifest(encoding: index)
    }

    func openBlob(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?) {
        throw TransportError(.notFound, "no blob", at: description)
    }

    func candidate() throws -> ListCandidate { try ListCandidate(self, place: description) }
}
