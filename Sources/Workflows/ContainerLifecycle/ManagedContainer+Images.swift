package import ContainerStore
import Glibc
import ImageLayers
package import ImageModel
import JSONText
import LinuxSystem
import StreamCompression
import TarArchive
package import WorkingContainers

extension ManagedContainer {
    /// Options for committing a container as an image.
    package struct CommitOptions: Sendable {
        /// Fully qualified names of the image.
        package var names: [String] = []
        package var format = ImageFormat.oci
        package var author: String?
        /// A comment in the image's history.
        package var message: String?
        /// Whether the image gets a single layer.
        package var squashes = false
        /// The configuration of the image.
        package var configuration = ContainerConfig()
        /// Told the image's id before the image is there and has its names; a failure leaves neither.
        package var announce: @Sendable (String) throws -> Void = { _ in }

        package init() {}
    }

    /// The configuration of an image that behaves like the container.
    package func imageConfiguration(in store: ContainerStore) throws -> ContainerConfig {
        var config = try image(in: store)?.containerConfig ?? ContainerConfig()
        config.env = definition.environment.filter { !$0.hasPrefix("container=") && !$0.hasPrefix("TERM=") }
        config.entrypoint = definition.entrypoint.isEmpty ? nil : definition.entrypoint
        let words = Array(definition.command.dropFirst(definition.entrypoint.count))
        config.cmd = words.isEmpty ? nil : words
        config.user = definition.user
        config.workingDir = definition.workingDirectory
        config.labels = definition.labels.isEmpty ? nil : definition.labels
        return config
    }

    private func image(in store: ContainerStore) throws -> StoredImage? {
        guard let record = try store.image(record.image) else { return nil }
        return try StoredImage(record, in: store)
    }

    /// Commits the container as an image; the container does not change. Squashing requires a process that can mount.
    package func commit(_ options: CommitOptions, to store: ContainerStore) throws -> ImageRecord {
        guard definition.rootDirectory == nil else {
            throw ContainerError(.unsupported, "container \(id) has no layer of its own: its root is a directory")
        }
        let image = try image(in: store)
        var config = image?.config ?? ImageConfig(rootfs: RootFS(diffIDs: []))
        if image == nil { config.platform = Platform.host }
        var draft = try ImageDraft(config: config, upon: store.layer(record.layer)?.parent, in: store)
        if options.squashes {
            draft.topLayer = nil
            draft.layers = []
            draft.config.history = nil
        }
        let parent = draft.topLayer
        let layer =
            options.squashes
            ? try withFiles(in: store, readOnly: true) { files in
                try LayerSnapshot.take(
                    of: files, content: .wholeTree(parent: nil), upon: nil, modification: .own, in: store)
            }
            : try LayerSnapshot.take(
                of: store.driver.contentDirectory(record.layer), content: try ownContent(in: store), upon: parent,
                modification: .own, in: store)
        try draft.add(layer)
        draft.container = options.configuration
        if let author = options.author { draft.config.author = author }
        let created = Clock.now()
        draft.addHistory(
            History(
                created: Clock.rfc3339(created), createdBy: definition.command.joined(separator: " "),
                author: options.author, comment: options.message))
        return try draft.commit(
            to: store, format: options.format, names: options.names, created: created, announce: options.announce
        ).record
    }

    /// The content of the container's own layer, and its form.
    private func ownContent(in store: ContainerStore) throws -> LayerMaker.Content {
        let parent = try store.layer(record.layer)?.parent
        return store.driver.holdsChangesOnly
            ? .overlayUpper(userXattr: store.driver.usesUserAttributes)
            : .wholeTree(parent: parent.map { store.driver.contentDirectory($0) })
    }

    // MARK: Archives and changes

    /// Writes all files of the container as an archive.
    package func export(to output: Int32, in store: ContainerStore) throws {
        try withFiles(in: store, readOnly: true) { files in
            let sink = FileDescriptorSink(fd: output)
            let maker = try LayerMaker(
                directory: files, content: .wholeTree(parent: nil), archive: { try sink.write($0) })
            _ = try maker.make()
        }
    }

    /// A path that differs from the image.
    package struct Change: Sendable, Equatable {
        package enum Kind: String, Sendable {
            case changed = "C"
            case added = "A"
            case deleted = "D"
        }

        package let kind: Kind
        /// Relative to the container's root, with a leading slash.
        package let path: String
    }

    /// The container's changes to its image, by path. The process must have a mount namespace of its own.
    package func changes(in store: ContainerStore) throws -> [Change] {
        guard definition.rootDirectory == nil else { return [] }
        let parent = try store.layer(record.layer)?.parent
        let below = try ReadOnlyRoot(of: parent, in: store)
        defer { below.close() }
        let root = try RootedDirectory(opening: below.path)
        var changes: [Change] = []
        for name in try namesOfChanges(in: store) {
            let parts = name.split(separator: UInt8(ascii: "/")).map { Array($0) }
            guard let last = parts.last else { continue }
            let text = "/" + parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
            let mark = Array(".wh.".utf8)
            if last == Array(".wh..wh..opq".utf8) { continue }
            if last.starts(with: mark) {
                let name = String(decoding: last.dropFirst(mark.count), as: UTF8.self)
                let directory = text.prefix(upTo: text.lastIndex(of: "/") ?? text.startIndex)
                changes.append(Change(kind: .deleted, path: "\(directory)/\(name)"))
            } else {
                let path = parts.joined(separator: [UInt8(ascii: "/")]).map { CChar(bitPattern: $0) } + [0]
                let isKnown = (try? root.openNoSymlinks(path, OpenFlags.path | O_NOFOLLOW)) != nil
                changes.append(Change(kind: isKnown ? .changed : .added, path: text))
            }
        }
        return changes.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// The names in an archive of the container's layer.
    private func namesOfChanges(in store: ContainerStore) throws -> [[UInt8]] {
        let directory = store.driver.contentDirectory(record.layer)
        let content = try ownContent(in: store)
        var names: [[UInt8]] = []
        try ArchivePipe.run { sink in
            _ = try LayerMaker(directory: directory, content: content, archive: { try sink.write($0) }).make()
        } reading: { source in
            let reader = TarReader(read: { try source.read(into: $0) })
            while let entry = try reader.next() { names.append(entry.name) }
        }
        return names
    }
}
