import ContentDigest
import ImageModel
import JSONText
import StreamCompression

/// Reads an OCI image layout (image-spec, image-layout.md) from a directory or an archive.
final class LayoutReader: Sendable {
    let files: any LayoutFiles
    /// A directory with the blobs, shared by several layouts; nil: they are in the layout.
    private let sharedBlobs: LayoutDirectory?
    /// The image that the reference names.
    let image: Descriptor

    init(_ files: any LayoutFiles, name: String?, index: Int?, sharedBlobs: String? = nil) throws {
        self.files = files
        self.sharedBlobs = try sharedBlobs.map { try LayoutDirectory(path: $0) }
        try Self.checkVersion(files)
        image = try Self.choose(from: try LayoutEntry.all(in: files), name: name, index: index, path: files.path)
    }

    /// A layout without its marker file is accepted, as in other tools; one of a later version is not.
    private static func checkVersion(_ files: any LayoutFiles) throws {
        guard let bytes = try files.read(LayoutPath.marker, limit: 64 << 10) else { return }
        let version = (try? JSONValue(parsing: bytes))?["imageLayoutVersion"]?.string
        guard let version, version.hasPrefix("1.") else {
            throw TransportError(
                .unsupported, "unknown imageLayoutVersion \(version.map { "\"\($0)\"" } ?? "")",
                at: "\(files.path)/oci-layout")
        }
    }

    private static func choose(
        from entries: [LayoutEntry], name: String?, index: Int?, path: String
    ) throws(TransportError) -> Descriptor {
        if let index {
            guard entries.indices.contains(index) else {
                throw TransportError(.notFound, "no image @\(index): there are \(entries.count)", at: path)
            }
            return try entries[index].descriptor(at: path)
        }
        if let name {
            let entry = entries.first { $0.name == name } ?? entries.first { $0.qualifiedName == name }
            guard let entry else {
                throw TransportError(.noSuchImage, "no descriptor found for reference \"\(name)\"", at: path)
            }
            return try entry.descriptor(at: path)
        }
        guard entries.count <= 1 else {
            let names = entries.compactMap(\.name).prefix(20)
            throw TransportError(
                .ambiguous,
                "more than one image in oci, choose an image"
                    + (names.isEmpty ? " by its index" : ": \(names.joined(separator: ", "))"), at: path)
        }
        guard let entry = entries.first else { throw TransportError(.notFound, "the layout has no image", at: path) }
        return try entry.descriptor(at: path)
    }

    func manifest(_ instance: Digest?) throws -> RawManifest {
        let digest = instance ?? image.digest
        let (source, size) = try openBlob(digest)
        let expected = Descriptor(
            mediaType: image.mediaType, digest: digest, size: instance == nil ? image.size : size)
        guard size <= Int64(ImageLimits.manifest) else {
            throw TransportError(.tooLarge, "manifest \(digest) has \(size) bytes", at: files.path)
        }
        let bytes = try VerifiedSource(source, expecting: expected, place: files.path)
            .readAll(limit: ImageLimits.manifest)
        do {
            return try RawManifest(bytes: bytes, declaredType: instance == nil ? image.mediaType : nil)
        } catch {
            throw TransportError(.malformed, "manifest \(digest): \(error)", at: files.path, cause: error)
        }
    }

    func openBlob(_ digest: Digest) throws -> (source: any ByteSource, size: Int64) {
        let place = sharedBlobs?.path ?? files.path
        let found = try sharedBlobs?.open(LayoutPath.sharedBlob(digest)) ?? files.open(LayoutPath.blob(digest))
        guard let (file, range) = found else {
            throw TransportError(.notFound, "blob \(digest) is missing", at: place)
        }
        return (FileRangeSource(file, range: range), range.upperBound - range.lowerBound)
    }
}

/// The file names in a layout.
enum LayoutPath {
    static let index = "index.json"
    static let marker = "oci-layout"
    static let markerContent = Array(#"{"imageLayoutVersion": "1.0.0"}"#.utf8)
    static let nameAnnotation = "org.opencontainers.image.ref.name"
    static let containerdNameAnnotation = "io.containerd.image.name"

    static let takesNoSignatures = TransportError(
        .unsupported, "Pushing signatures for OCI images is not supported")

    /// Digests are validated when they are parsed, so that this path never leads elsewhere.
    static func blob(_ digest: Digest) -> String { "blobs/\(sharedBlob(digest))" }

    /// In a directory of blobs that several layouts share.
    static func sharedBlob(_ digest: Digest) -> String { "\(digest.algorithm.rawValue)/\(digest.hex)" }
}
