package import ContainerStore
package import ContentDigest
package import ImageModel
import JSONText
package import LinuxSystem
import StreamCompression

/// The media types that an image is written with.
package enum ImageFormat: String, Sendable {
    case oci
    case docker
}

/// An image under construction: its current configuration, and its layers.
package struct ImageDraft: Sendable {
    package var config: ImageConfig
    /// The top layer; nil if there is none yet.
    package var topLayer: String?
    /// The layers' archives, base first.
    package var layers: [(diffID: Digest, size: Int64)]
    /// The compressed forms in which the manifest lists layers, by their diff IDs.
    package var compressed: [Digest: CompressedForm] = [:]
    /// The manifest's annotations.
    package var annotations: [String: String]
    /// Whether the annotations tell the time of creation, too.
    package var annotatesCreation = true
    /// The name of its base image for the history; nil to not record it.
    package var baseName: String?

    /// The annotation with the time of creation.
    package static let creationAnnotation = "org.opencontainers.image.created"

    /// The runtime part of the configuration.
    package var container: ContainerConfig {
        get { config.config ?? ContainerConfig() }
        set { config.config = newValue }
    }

    /// An empty image for a platform.
    package init(scratchFor platform: Platform) {
        config = ImageConfig(rootfs: RootFS(diffIDs: []))
        config.platform = platform
        topLayer = nil
        layers = []
        annotations = [:]
    }

    /// Starts from an existing image.
    ///
    /// - Throws: ``WorkingContainerError`` if the store's layers do not match the configuration.
    package init(from image: StoredImage, in store: ContainerStore) throws {
        try self.init(config: image.config, upon: image.record.topLayer, in: store)
        guard layers.map(\.diffID) == config.rootfs.diffIDs else {
            throw WorkingContainerError(
                .invalid, "image \(image.record.id): the layers in the store are not those that its configuration lists"
            )
        }
    }

    /// An image with its own configuration on `topLayer` and the layers below it.
    ///
    /// - Throws: ``WorkingContainerError`` if a layer is missing.
    package init(config: ImageConfig, upon topLayer: String?, in store: ContainerStore) throws {
        self.config = config
        self.topLayer = topLayer
        annotations = [:]
        layers = []
        for layer in try topLayer.map({ try store.layerChain($0) }) ?? [] {
            guard let diffID = layer.contentDigest else {
                throw WorkingContainerError(.invalid, "layer \(layer.id) belongs to a container, not to an image")
            }
            layers.append((diffID, try layer.contentSize < 0 ? Self.measured(layer, in: store) : layer.diffSize))
        }
        layers.reverse()
    }

    /// The size of the archive of a layer whose record does not have it.
    private static func measured(_ layer: LayerRecord, in store: ContainerStore) throws -> Int64 {
        guard let archive = try store.tarStream(of: layer.id) else {
            throw WorkingContainerError(
                .invalid, "layer \(layer.id) cannot be reassembled: its tar-split record is missing")
        }
        return try archive.drain()
    }

    /// Adds a layer on top.
    package mutating func add(_ layer: LayerRecord) throws {
        guard let diffID = layer.diffID, layer.parent == topLayer else {
            throw WorkingContainerError(.invalid, "layer \(layer.id) does not lie on \(topLayer ?? "nothing")")
        }
        topLayer = layer.id
        layers.append((diffID, layer.diffSize))
    }

    /// Adds a history entry.
    package mutating func addHistory(_ entry: History) {
        config.history = (config.history ?? []) + [entry]
    }

    /// Applies the user's changes to the annotations, in the order of related tools: the time of creation, what is
    /// unset, what is set.
    ///
    /// - Parameter annotatesCreation: whether the annotations tell the time of creation, which the base image's do not
    ///   stand in for.
    package mutating func changeAnnotations(
        annotatesCreation: Bool, unset: [String], set: [(key: String, value: String)]
    ) {
        let key = Self.creationAnnotation
        if !annotatesCreation { annotations[key] = nil }
        for name in unset { annotations[name] = nil }
        for annotation in set { annotations[annotation.key] = annotation.value }
        self.annotatesCreation = annotatesCreation && !unset.contains(key) && !set.contains { $0.key == key }
    }

    /// Stores the image's record, manifest and configuration.
    ///
    /// - Parameters:
    ///   - names: fully qualified names, removed from images that have them.
    ///   - announce: called with the image's id before the image exists; if it throws, nothing is left behind.
    package func commit(
        to store: ContainerStore, format: ImageFormat, names: [String], created: FileTime,
        announce: (String) throws -> Void = { _ in }
    ) throws -> (record: ImageRecord, manifest: RawManifest) {
        var config = config
        config.created = Clock.rfc3339(created)
        config.rootfs = RootFS(diffIDs: layers.map(\.diffID))
        if format == .docker { try config.addDockerMembers() }
        let configBytes = try config.serialized()
        let manifest = try manifest(describing: configBytes, format: format, created: created)
        let configDigest = Digest.sha256(of: configBytes)
        try announce(configDigest.hex)
        let record = try store.createImage(
            id: configDigest.hex, names: names, topLayer: topLayer, metadata: "{}", digest: manifest.digest,
            created: created,
            bigData: [
                (key: "manifest", bytes: manifest.bytes),
                (key: "manifest-\(manifest.digest)", bytes: manifest.bytes),
                (key: configDigest.description, bytes: configBytes),
            ])
        return (record, manifest)
    }

    private func manifest(
        describing config: [UInt8], format: ImageFormat, created: FileTime
    ) throws -> RawManifest {
        var annotations = annotations
        if annotatesCreation { annotations[Self.creationAnnotation] = Clock.rfc3339(created) }
        let isDocker = format == .docker
        var manifest = Manifest(
            mediaType: isDocker ? .dockerManifest : .ociManifest,
            config: Descriptor(mediaType: isDocker ? .dockerConfig : .ociConfig, describing: config),
            layers: try layers.map { layer in
                let plain = Descriptor(
                    mediaType: isDocker ? .dockerLayer : .ociLayer, digest: layer.diffID, size: layer.size)
                return try compressed[layer.diffID]?.describing(plain) ?? plain
            })
        if !isDocker, !annotations.isEmpty { manifest.annotations = annotations }
        return try RawManifest(
            bytes: JSONValueEncoder().encode(manifest).serialized(), declaredType: manifest.mediaType)
    }
}

extension ImageConfig {
    /// Adds the members that Docker's format always has and OCI's lacks.
    fileprivate mutating func addDockerMembers() throws {
        var container = config ?? ContainerConfig()
        let known = try JSONValueEncoder().encode(container).object ?? JSONObject()
        let complete = DockerMembers.complete(known)
        for (key, value) in complete where known[key] == nil { container.extra[key] = value }
        config = container
        extra["container_config"] = .object(complete)
    }
}
