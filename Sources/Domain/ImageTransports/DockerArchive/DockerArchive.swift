import ImageModel
import JSONText
package import StreamCompression

/// The images of a `docker save` archive, written by old or new versions of Docker or by other tools.
///
/// Layers may be compressed, and may be links to each other.
package final class DockerArchive: Sendable {
    /// One element of `manifest.json`.
    package struct Image: Sendable, Equatable {
        /// The file name of the configuration.
        package let config: String
        /// The image's names as stored.
        package let tags: [String]
        /// The file names of the layers, base first.
        package let layers: [String]
        /// The generated configuration, when the archive has none in the current form.
        var madeConfig: [UInt8]?
    }

    /// The archive's path.
    package var path: String { files.path }
    /// The images, in order.
    package let images: [Image]
    let files: any LayoutFiles

    /// Indexes the files of the archive.
    ///
    /// - Parameter temporaryDirectory: where a compressed archive, or one from a pipe, is unpacked.
    package convenience init(path: String, temporaryDirectory: String = "/var/tmp") throws {
        try self.init(ArchiveFile(path: path, temporaryDirectory: temporaryDirectory))
    }

    /// Reads an archive from a stream.
    ///
    /// - Parameters:
    ///   - place: its name in messages.
    ///   - temporaryDirectory: where it is kept, unnamed, for as long as this lives.
    package convenience init(spooling source: any ByteSource, place: String, temporaryDirectory: String) throws {
        try self.init(ArchiveFile(spooling: source, place: place, temporaryDirectory: temporaryDirectory))
    }

    private init(_ files: any LayoutFiles) throws {
        self.files = files
        let path = files.path
        guard let bytes = try files.read("manifest.json", limit: ImageLimits.manifest) else {
            guard let old = try files.read("repositories", limit: ImageLimits.manifest) else {
                throw TransportError(
                    .unsupported, "neither manifest.json nor repositories: not an archive of \"docker save\"", at: path)
            }
            images = try LegacyDockerArchive.images(of: files, repositories: old)
            return
        }
        images = try TransportError.wrapping("\(path)/manifest.json") {
            guard let list = try JSONValue(parsing: bytes).array else {
                throw TransportError(.malformed, "not a list of images", at: "\(path)/manifest.json")
            }
            return try list.map { try Self.image($0, path: path) }
        }
    }

    private static func image(_ value: JSONValue, path: String) throws(TransportError) -> Image {
        guard let config = value["Config"]?.string, !config.isEmpty else {
            throw TransportError(.malformed, "an image without Config", at: "\(path)/manifest.json")
        }
        return Image(
            config: config, tags: value["RepoTags"]?.array?.compactMap(\.string) ?? [],
            layers: value["Layers"]?.array?.compactMap(\.string) ?? [])
    }

    /// The image that a reference names; without a name or index, the only one.
    func choose(_ reference: DockerArchiveReference) throws(TransportError) -> Image {
        if let index = reference.index {
            guard images.indices.contains(index) else {
                throw TransportError(
                    .notFound, "invalid source index @\(index), only \(images.count) manifest items available", at: path
                )
            }
            return images[index]
        }
        if let wanted = reference.image {
            let match = images.first { image in
                image.tags.contains { (try? ImageReference(parsing: $0).withDefaultTag()) == wanted }
            }
            guard let match else { throw TransportError(.notFound, "tag \"\(wanted)\" not found", at: path) }
            return match
        }
        guard let image = images.first, images.count == 1 else {
            throw TransportError(
                images.isEmpty ? .notFound : .ambiguous,
                "expected one image, found \(images.count): name one, or give its index", at: path)
        }
        return image
    }
}
