import ContentDigest
import ImageModel
import JSONText
import StreamCompression

/// Reads an OCI image layout (image-spec, image-layout.md) from a directory or an archive.
final class LayoutReader: Sendable {
    let files: any LayoutFiles
    /// The image that the reference names.
    let image: Descriptor

    init(_ files: any LayoutFiles, name: String?, index: Int?) throws {
        self.files = files
        try Self.checkVersion(files)
        image = try Self.choose(from: try Self.index(of: files).manifests, name: name, index: index, path: files.path)
    }

    /// The layout's `index.json`.
    static func index(of files: any LayoutFiles) throws -> ImageIndex {
        guard let bytes = try files.read(LayoutPath.index, limit: ImageLimits.manifest) else {
            throw TransportError(.notFound, "no index.json: not an OCI image layout", at: files.path)
        }
        do {
            return try JSONValueDecoder().decode(ImageIndex.self, from: bytes)
        } catch {
            throw TransportError(.malformed, "\(error)", at: "\(files.path)/index.json", cause: error)
        }
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
        from images: [Descriptor], name: String?, index: Int?, path: String
    ) throws(TransportError) -> Descriptor {
        if let index {
            guard images.indices.contains(index) else {
                throw TransportError(.notFound, "no image @\(index): there are \(images.count)", at: path)
            }
            return images[index]
        }
        if let name {
            guard let image = images.first(where: { $0.annotations?[LayoutPath.nameAnnotation] == name }) else {
                throw TransportError(.notFound, "no descriptor found for reference \"\(name)\"", at: path)
            }
            return image
        }
        guard images.count <= 1 else {
            let names = images.compactMap { $0.annotations?[LayoutPath.nameAnnotation] }.prefix(20)
            throw TransportError(
                .ambiguous,
                "more than one image in oci, choose an image"
                    + (names.isEmpty ? " by its index" : ": \(names.joined(separator: ", "))"), at: path)
        }
        guard let image = images.first else { throw TransportError(.notFound, "the layout has no image", at: path) }
        return image
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
        guard let (file, range) = try files.open(LayoutPath.blob(digest)) else {
            throw TransportError(.notFound, "blob \(digest) is missing", at: files.path)
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

    static let takesNoSignatures = TransportError(
        .unsupported, "Pushing signatures for OCI images is not supported")

    /// Digests are validated when they are parsed, so that this path never leads elsewhere.
    static func blob(_ digest: Digest) -> String { "blobs/\(digest.algorithm.rawValue)/\(digest.hex)" }
}
