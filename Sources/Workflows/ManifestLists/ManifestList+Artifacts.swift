package import ContentDigest
import Glibc
import ImageCopy
package import ImageModel
import ImageTransports
import LinuxSystem
import StreamCompression

extension ManifestList {
    /// An artifact to add to a list.
    package struct ArtifactAddition: Sendable {
        /// The paths of its files.
        package var files: [String] = []
        /// The type of the artifact; ORAS's default.
        package var type = "application/vnd.unknown.artifact.v1"
        /// The path of its configuration; nil: the empty JSON object.
        package var config: String?
        /// The media type of the configuration; nil: that of empty ones, or of an image's for a file.
        package var configType: String?
        /// The media type of the files; nil: as their names and content suggest.
        package var layerType: String?
        /// Whether the files' names are not recorded as titles.
        package var excludesTitles = false
        /// The manifest that it refers to.
        package var subject: Descriptor?
        /// Annotations of the manifest.
        package var annotations: [String: String] = [:]

        package init() {}
    }

    /// Adds an artifact, whose files are read again when the list is pushed.
    ///
    /// - Returns: the digest of its manifest.
    package mutating func add(_ addition: ArtifactAddition) throws -> Digest {
        var files: [Digest: String] = [:]
        var blobs: [Digest: [UInt8]] = [:]
        var layers: [Descriptor] = []
        for path in addition.files {
            let (measured, absolute) = try Self.measure(path, type: addition.layerType)
            var layer = measured
            let title = absolute.split(separator: "/").last.map(String.init) ?? absolute
            if !addition.excludesTitles { layer.annotations = [ArtifactStore.title: title] }
            files[layer.digest] = absolute
            layers.append(layer)
        }
        var config = Descriptor.empty
        if let path = addition.config {
            let type = addition.configType ?? MediaType.ociConfig.rawValue
            let (measured, absolute) = try Self.measure(path, type: type)
            config = measured
            files[config.digest] = absolute
        } else {
            if let type = addition.configType { config.mediaType = MediaType(rawValue: type) }
            blobs[config.digest] = config.data
        }
        if layers.isEmpty {
            // A manifest must have at least one layer.
            layers = [.empty]
            blobs[Descriptor.empty.digest] = Descriptor.empty.data
        }
        let manifest = Manifest(
            artifactType: addition.type, config: config, layers: layers, subject: addition.subject,
            annotations: addition.annotations.isEmpty ? nil : addition.annotations)
        let raw = try RawManifest(encoding: manifest)
        artifacts.add(raw, manifest, files: files, blobs: blobs)
        var entry = raw.descriptor
        entry.artifactType = addition.type.isEmpty ? nil : addition.type
        index.manifests.removeAll { $0.digest == raw.digest }
        index.manifests.append(entry)
        return raw.digest
    }

    private static func measure(_ path: String, type: String?) throws -> (descriptor: Descriptor, path: String) {
        let file = try OwnedFD.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
        guard try file.status().kind == .regular else {
            throw ManifestListError(.unsupported, "\(path): not a regular file")
        }
        let found = try type ?? FileContentType.named(path) ?? FileContentType.detect(file)
        let hash = SHA256Stream()
        let size = try ObservedSource(FileDescriptorSource(fd: file.raw)) { hash.update($0) }.drain()
        let descriptor = Descriptor(
            mediaType: MediaType(rawValue: String(found.prefix { $0 != ";" })), digest: hash.finalize(), size: size)
        return (descriptor, try absolute(path))
    }

    /// The entry of the artifact that a file belongs to; nil if there is none.
    package func artifact(withFile path: String) throws -> Digest? {
        artifacts.isEmpty ? nil : artifacts.artifact(withFile: try Self.absolute(path))
    }

    /// The path from the root, without `.` and `..`.
    private static func absolute(_ path: String) throws -> String {
        var whole = path
        if !path.hasPrefix("/") {
            guard let directory = getcwd(nil, 0) else { throw LinuxError("getcwd", code: errno) }
            defer { free(directory) }
            guard let base = String(validatingCString: directory) else {
                throw ManifestListError(.unsupported, "the working directory's name is not UTF-8")
            }
            whole = "\(base)/\(path)"
        }
        var components: [Substring] = []
        for component in whole.split(separator: "/") where component != "." {
            if component == ".." { _ = components.popLast() } else { components.append(component) }
        }
        return "/" + components.joined(separator: "/")
    }
}
