package import ContainerStore
package import ImageLayers
package import ImageModel
import JSONText
package import LinuxSystem

extension WorkingContainer {
    /// The options of a commit.
    package struct CommitOptions: Sendable {
        /// Fully qualified names of the image.
        package var names: [String] = []
        /// Called with the image's id before the image and its names exist; if it throws, neither is created.
        package var announce: @Sendable (String) throws -> Void = { _ in }
        package var format = ImageFormat.oci
        /// How the manifest lists the container's own layers: compressed, as a registry would get them; nil: as they are.
        package var compression: (algorithm: LayerCompression, level: Int?)?
        /// Whether the image gets a single layer, including its base.
        package var squashes = false
        /// The creation time of the image and its new history entries; nil for now.
        package var created: FileTime?
        /// The modification times of the new layer's files.
        package var modification = ModificationTimes.own
        /// Whether the image has no history.
        package var omitsHistory = false
        /// Names of variables to remove from the image.
        package var unsetEnvironment: [String] = []
        /// Labels in addition to the container's own.
        package var labels: [String: String] = [:]
        /// Names of labels to remove from the image.
        package var unsetLabels: [String] = []
        /// Annotations in addition to the container's own.
        package var annotations: [String: String] = [:]
        /// Whether the annotations tell the time of creation.
        package var annotatesCreation = true
        /// Names of annotations to remove from the image.
        package var unsetAnnotations: [String] = []
        /// A configuration merged into the container's; nil for none.
        package var override: ContainerConfig?
        /// Changes the configuration after that.
        package var change: @Sendable (inout ContainerConfig) throws -> Void = { _ in }
        /// Files that the image has in addition to the container's.
        package var additions: [LayerMaker.Addition] = []

        package init() {}
    }

    /// Creates an image of the container, which is not changed and can be modified and committed again.
    ///
    /// To squash, the process must be able to mount.
    package func commit(
        _ options: CommitOptions, to store: ContainerStore
    ) throws -> (record: ImageRecord, manifest: RawManifest) {
        var draft = try ImageDraft(config: config, upon: store.layer(record.layer)?.parent, in: store)
        let inherited = draft.layers.count
        let created = options.created ?? Clock.now()
        let linked = try linkedLayers()
        if options.squashes {
            guard linked.isEmpty else {
                throw WorkingContainerError(.unsupported, "a container with linked layers cannot be squashed")
            }
            draft.topLayer = nil
            draft.layers = []
            draft.config.history = nil
            let layer = try withFiles(in: store, readOnly: true) { files in
                try LayerSnapshot.take(
                    of: files, content: .wholeTree(parent: nil), upon: nil, modification: options.modification,
                    additions: options.additions, in: store)
            }
            try draft.add(layer)
        } else {
            try draft.add(try changes(upon: draft.topLayer, options, in: store))
            for layer in linked {
                try draft.add(
                    LayerSnapshot.take(
                        of: layer.directory, content: .wholeTree(parent: nil), upon: draft.topLayer,
                        modification: options.modification, in: store))
            }
        }
        if let compression = options.compression {
            try draft.compressLayers(
                above: options.squashes ? 0 : inherited, compression.algorithm, level: compression.level, in: store)
        }
        draft.container = try finishedConfiguration(draft.container, options)
        draft.annotations = annotations
        draft.changeAnnotations(
            annotatesCreation: options.annotatesCreation, unset: options.unsetAnnotations,
            set: options.annotations.map { ($0.key, $0.value) })
        if options.format == .docker { addDockerOrigin(to: &draft, isSquashed: options.squashes) }
        if options.omitsHistory {
            draft.config.history = nil
        } else {
            for var entry in history {
                if options.created != nil { entry.created = Clock.rfc3339(created) }
                draft.addHistory(entry)
            }
            draft.addHistory(ownEntry(created))
            for layer in linked {
                var entry = layer.history
                if let fixed = options.created { entry.created = Clock.rfc3339(fixed) }
                draft.addHistory(entry)
            }
        }
        return try draft.commit(
            to: store, format: options.format, names: options.names, created: created, announce: options.announce)
    }

    private func finishedConfiguration(
        _ container: ContainerConfig, _ options: CommitOptions
    ) throws -> ContainerConfig {
        var container = container
        if let override = options.override { container.merge(override) }
        try options.change(&container)
        container.env = container.env?.filter { entry in
            !options.unsetEnvironment.contains { entry == $0 || entry.hasPrefix($0 + "=") }
        }
        if !options.labels.isEmpty {
            container.labels = (container.labels ?? [:]).merging(options.labels) { $1 }
        }
        for name in options.unsetLabels { container.labels?[name] = nil }
        return container
    }

    /// Adds Docker's members about the origin of an image.
    private func addDockerOrigin(to draft: inout ImageDraft, isSquashed: Bool) {
        if !comment.isEmpty { draft.config.extra["comment"] = .string(comment) }
        draft.config.extra["container"] = .string(id)
        if !imageID.isEmpty, !isSquashed { draft.config.extra["parent"] = .string("sha256:\(imageID)") }
    }

    /// The container's changes as a layer.
    private func changes(upon parent: String?, _ options: CommitOptions, in store: ContainerStore) throws -> LayerRecord
    {
        let content: LayerMaker.Content =
            store.driver.holdsChangesOnly
            ? .overlayUpper(userXattr: store.driver.usesUserAttributes)
            : .wholeTree(parent: parent.map { store.driver.contentDirectory($0) })
        return try LayerSnapshot.take(
            of: store.driver.contentDirectory(record.layer), content: content, upon: parent,
            modification: options.modification, additions: options.additions, in: store)
    }

    private func ownEntry(_ created: FileTime) -> History {
        var by = createdBy
        if by.isEmpty { by = container.shell?.joined(separator: " ") ?? "" }
        if by.isEmpty { by = "/bin/sh" }
        var note = historyComment
        if !imageID.isEmpty, imageName != imageID { note += "FROM \(imageName)" }
        return History(
            created: Clock.rfc3339(created), createdBy: by, author: config.author, comment: note.isEmpty ? nil : note)
    }
}
