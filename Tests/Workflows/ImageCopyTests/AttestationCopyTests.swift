import ContentDigest
import ImageCopy
import ImageModel
import ImageTransports
import JSONText
import StreamCompression
import Testing

/// Statements about images that copying changes.
@Suite struct AttestationCopyTests {
    private let layer = Array("plain layer".utf8)

    /// An index of an image and of a statement about it.
    private func source() throws -> (MemoryIndex, image: Digest) {
        let config = try ImageConfig(
            architecture: "amd64", os: "linux", rootfs: RootFS(diffIDs: [Digest.sha256(of: layer)])
        ).serialized()
        let image = try RawManifest(
            encoding: Manifest(
                config: Descriptor(mediaType: .ociConfig, describing: config),
                layers: [Descriptor(mediaType: .ociLayer, describing: layer)]))
        let statement = Array(
            #"{"subject":[{"name":"a","digest":{"sha256":"\#(image.digest.hex)"}},{"name":"b","digest":{"sha256":"0"}}]}"#
                .utf8)
        let attestations = try RawManifest(
            encoding: Manifest(
                artifactType: AttestationManifest.artifactType, config: .empty,
                layers: [Descriptor(mediaType: AttestationManifest.statementType, describing: statement)],
                subject: image.descriptor))
        var entry = attestations.descriptor
        entry.annotations = AttestationManifest.annotations(of: image.digest)
        entry.platform = Platform(architecture: "unknown", os: "unknown")
        var first = image.descriptor
        first.platform = Platform(architecture: "amd64", os: "linux")
        let index = try RawManifest(encoding: ImageIndex(manifests: [first, entry]))
        return (
            MemoryIndex([index, image, attestations], blobs: [config, layer, statement, Array("{}".utf8)]), image.digest
        )
    }

    private func copied(
        preferring preference: LayerCompressionPreference, updates: Bool
    ) throws -> (index: ImageIndex, statement: JSONValue, subject: Descriptor?) {
        let destination = MemoryDestination(preferring: preference)
        var options = CopyOptions(.all)
        options.updatesAttestations = updates
        let index = try ImageCopier(options) { _ in }.copy(source().0, to: destination).decodeIndex()
        let written = try #require(destination.content.instances[index.manifests[1].digest]).decodeManifest()
        let statement = try #require(destination.content.blobs[written.layers[0].digest])
        return (index, try JSONValue(parsing: statement), written.subject)
    }

    @Test func theyAreAboutWhatTheImageBecomes() throws {
        let image = try source().image
        let (index, statement, subject) = try copied(preferring: .compress, updates: true)
        let digest = index.manifests[0].digest
        #expect(digest != image)
        #expect(AttestationManifest.subject(of: index.manifests[1]) == digest)
        #expect(subject?.digest == digest)
        #expect(statement["subject"]?[0]?["digest"]?["sha256"]?.string == digest.hex)
        #expect(statement["subject"]?[1]?["digest"]?["sha256"] == "0")
    }

    @Test func theyKeepTheirBytesOtherwise() throws {
        for (preference, updates) in [(LayerCompressionPreference.preserve, true), (.compress, false)] {
            let (index, statement, _) = try copied(preferring: preference, updates: updates)
            let image = try source().image
            #expect(AttestationManifest.subject(of: index.manifests[1]) == image)
            #expect(statement["subject"]?[0]?["digest"]?["sha256"]?.string == image.hex)
        }
    }
}

/// An index in memory; the first manifest is the index.
private final class MemoryIndex: ImageSource {
    let description = "memory:index"
    private let manifests: [RawManifest]
    private let blobs: [Digest: [UInt8]]

    init(_ manifests: [RawManifest], blobs: [[UInt8]]) {
        self.manifests = manifests
        self.blobs = Dictionary(blobs.map { (Digest.sha256(of: $0), $0) }) { first, _ in first }
    }

    func manifest(_ instance: Digest?) throws -> RawManifest {
        guard let found = manifests.first(where: { instance == nil || $0.digest == instance }) else {
            throw TransportError(.notFound, "no manifest", at: description)
        }
        return found
    }

    func openBlob(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?) {
        guard let bytes = blobs[blob.digest] else { throw TransportError(.notFound, "no blob", at: description) }
        return (MemorySource(bytes), Int64(bytes.count))
    }
}
