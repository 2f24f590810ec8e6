import ContentDigest
import Glibc
import ImageLayers
package import ImageModel
package import ImageTransports
import JSONText
package import LinuxSystem
import StreamCompression

/// A source image: an artifact in an OCI layout whose layers are archives of source code, as Buildah's `source` commands
/// make it.
package struct SourceImage {
    /// The type of its configuration.
    package static let configType = MediaType(rawValue: "application/vnd.oci.source.image.config.v1+json")

    private let layout: OCILayoutReference

    /// The image in a layout.
    package init(_ layout: OCILayoutReference) {
        self.layout = layout
    }

    /// Creates an image without layers in a new layout.
    ///
    /// - Parameters:
    ///   - author: empty for none.
    ///   - created: nil for none.
    /// - Throws: ``CopyError`` if there is something at the path.
    package func create(author: String, created: FileTime?) throws {
        guard try Files.statusIfPresent(layout.path) == nil else {
            throw CopyError(.unsupported, "creating source image: \"\(layout.path)\" already exists")
        }
        var config = JSONObject()
        if let created { config["created"] = .string(Clock.rfc3339(created)) }
        if !author.isEmpty { config["author"] = .string(author) }
        let destination = try OCILayoutDestination(layout)
        let bytes = JSONValue.object(config).serialized()
        let (digest, size) = try destination.putBlob(from: MemorySource(bytes), expected: nil)
        try write(
            [
                "schemaVersion": 2, "mediaType": .string(MediaType.ociManifest.rawValue),
                "config": [
                    "mediaType": .string(Self.configType.rawValue), "digest": .string(digest.description),
                    "size": .integer(size),
                ],
                "layers": .null,
            ], to: destination)
    }

    /// Adds an archive of a file or directory as a layer.
    ///
    /// - Throws: `TransportError` if there is no image in the layout, ``CopyError`` if that is not a source image.
    package func add(_ artifact: String, annotations: [String: String]) throws {
        let old = try OCILayoutSource(layout).manifest(nil)
        guard case .object(let document) = try JSONValue(parsing: old.bytes), Self.isSource(.object(document)) else {
            throw CopyError(.unsupported, "\(layout.path): the image is not a source image")
        }
        let archive = try archive(artifact)
        guard lseek(archive.raw, 0, SEEK_SET) == 0 else { throw LinuxError("rewind", artifact, code: errno) }
        let destination = try OCILayoutDestination(layout)
        let new: RawManifest
        do {
            new = try add(archive, annotations, to: document, in: destination)
        } catch {
            destination.discard()
            throw error
        }
        if new.digest != old.digest {
            try OCILayoutRemoval.remove(at: layout.path) { $0.digest == old.digest }
        }
    }

    private func add(
        _ archive: borrowing OwnedFD, _ annotations: [String: String], to old: JSONObject,
        in destination: OCILayoutDestination
    ) throws -> RawManifest {
        var document = old
        let (digest, size) = try destination.putBlob(from: FileDescriptorSource(fd: archive.raw), expected: nil)
        var layer: JSONObject = [
            "mediaType": .string(MediaType.ociLayerGzip.rawValue), "digest": .string(digest.description),
            "size": .integer(size),
        ]
        if !annotations.isEmpty {
            layer["annotations"] = .object(
                JSONObject(annotations.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        }
        document["layers"] = .array((document["layers"]?.array ?? []) + [.object(layer)])
        return try write(document, to: destination)
    }

    /// Whether a manifest is that of a source image.
    package static func isSource(_ manifest: RawManifest) -> Bool {
        (try? JSONValue(parsing: manifest.bytes)).map(isSource) ?? false
    }

    private static func isSource(_ document: JSONValue) -> Bool {
        document["config"]?["mediaType"]?.string == configType.rawValue
    }

    /// The compressed archive in a file without a name beside the blobs, which are on a disk with room for it.
    private func archive(_ artifact: String) throws -> OwnedFD {
        let place = "\(layout.path)/.artifact-\(RandomBytes.hex(8))"
        let file = try OwnedFD.open(place, O_CREAT | O_EXCL | O_RDWR, mode: 0o600)
        try Files.removeFile(place)
        let sink = try CompressingSink(FileDescriptorSink(fd: file.raw), .gzip)
        try ArtifactArchive.write(artifact, to: sink)
        try sink.finish()
        return file
    }

    @discardableResult
    private func write(_ document: JSONObject, to destination: OCILayoutDestination) throws -> RawManifest {
        let manifest = try RawManifest(bytes: JSONValue.object(document).serialized(), declaredType: .ociManifest)
        try destination.putManifest(manifest, instance: nil)
        try destination.commit()
        return manifest
    }
}
