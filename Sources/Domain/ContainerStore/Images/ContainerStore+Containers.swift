package import JSONText
import LinuxSystem

/// The initial state of a new container.
package struct ContainerRequest: Sendable {
    /// nil: a random id.
    package var id: String?
    /// Names, which no other container may have.
    package var names: [String]
    /// The id of the image it is created from; nil for one from scratch.
    package var image: String?
    /// The layer below the container's own; nil for an empty file system.
    package var baseLayer: String?
    /// The owner's string in the record: JSON for Podman, empty for Buildah.
    package var metadata = ""
    /// Flags as set by Buildah.
    package var flags: JSONObject = ["MountLabel": "", "ProcessLabel": "", "Volatile": true]
    /// Files of the container's `userdata` directory, such as `buildah.json`.
    package var files: [(name: String, bytes: [UInt8])]

    /// Creates a request with these values.
    package init(
        id: String? = nil, names: [String], image: String?, baseLayer: String?,
        files: [(name: String, bytes: [UInt8])] = []
    ) {
        self.id = id
        self.names = names
        self.image = image
        self.baseLayer = baseLayer
        self.files = files
    }
}

extension ContainerStore {
    /// All containers.
    package func containers() throws(StoreError) -> [ContainerRecord] {
        try locked(containers: .shared) { containerTable.records }
    }

    /// Creates a container with a writable layer of its own.
    ///
    /// - Throws: `exists` if a name or the id is taken; `notFound` for an unknown image or layer.
    package func createContainer(_ request: ContainerRequest) throws(StoreError) -> ContainerRecord {
        if let layer = request.baseLayer {
            guard try claimLayer(layer) else { throw StoreError(.notFound, "no layer \(layer)", subject: layer) }
        }
        // Outside the locks: a whole file system may have to be copied.
        let staging = try StoreError.mapping { try stage(upon: request.baseLayer) }
        defer { staging.discard() }
        let names = Self.unique(request.names)
        return try locked(layers: .exclusive, images: .shared, containers: .exclusive) {
            let id = request.id ?? RandomBytes.hex(32)
            guard StoreLayout.isFullID(id) else {
                throw StoreError(.invalidName, "\"\(id)\" cannot be the id of a container", subject: id)
            }
            guard containerTable.record(id: id) == nil else {
                throw StoreError(.exists, "the container id \(id) is in use", subject: id)
            }
            try checkFree(names, for: id)
            if let image = request.image, try imageByID(image) == nil {
                throw StoreError(.notFound, "no image \(image)", subject: image)
            }
            let layer = try addContainerLayer(staging)
            var record = ContainerRecord(
                id: id, image: request.image ?? "", layer: layer.id, created: Clock.rfc3339(Clock.now()))
            record.names = names
            record.isVolatile = layout.isTransient
            record.metadata = request.metadata
            record.flags = request.flags
            do {
                try journal().note(.container, id)
                try Files.removeTree(layout.containerDirectory(id))
                for file in request.files { try writeFile(file.bytes, file.name, of: id) }
                containerTable.put(record)
                try containerTable.save()
            } catch {
                try? removeLayers([layer.id])
                throw error
            }
            return record
        }
    }

    private func addContainerLayer(_ staging: StagingLayer) throws -> LayerRecord {
        if let parent = staging.parent, try layerByID(parent) == nil {
            throw StoreError(.notFound, "the parent layer \(parent) no longer exists", subject: parent)
        }
        var layer = LayerRecord(id: RandomBytes.hex(32), parent: staging.parent, created: Clock.rfc3339(Clock.now()))
        layer.isVolatile = layout.isTransient
        try journal().note(.layer, layer.id)
        try OwnLayers(layout).add([layer] + recordedChain(of: layer.parent))
        try storage.install(staging.prepared, as: layer.id, parent: staging.parent, trash: trashDirectory)
        layerTable.put(layer)
        do {
            try layerTable.save()
        } catch {
            try? removeLayerFiles(layer.id)
            throw error
        }
        return layer
    }

    /// Unmounts and removes a container with its layer and all its data.
    ///
    /// Works on a full disk: see `RecordTable.save`.
    /// - Throws: `inUse` for a container of another tool that is mounted or running; `notFound`.
    package func deleteContainer(_ id: String) throws(StoreError) {
        try locked(layers: .exclusive, images: .shared, containers: .exclusive) {
            guard let container = containerTable.record(id: id) else {
                throw StoreError(.notFound, "no container \(id)", subject: id)
            }
            try refuseForeignUse(of: container)
            try noteRemoval(.container, id)
            let layer = container.layer
            let isShared =
                containerTable.records.contains { $0.layer == layer && $0.id != id }
                || imageTable.records.contains { $0.topLayer == layer || $0.mappedTopLayers.contains(layer) }
                || layerTable.records.contains { $0.parent == layer }
            let removesLayer = !isShared && layerTable.record(id: layer) != nil
            if removesLayer { try noteRemoval(.layer, layer) }
            containerTable.remove([id])
            try containerTable.save {
                try self.emptyTrash()
                if removesLayer { try self.removeLayerContent(layer) }
                self.unmountSharedMemory(of: id)
                try Files.removeTree(self.layout.containerDirectory(id))
            }
            if removesLayer { try removeLayers([layer]) }
            try removeContainerDirectories(id)
        }
    }

    func removeContainerDirectories(_ id: String) throws {
        unmountSharedMemory(of: id)
        try putAway(layout.containerDirectory(id))
        try Files.removeTree(layout.containerRunDirectory(id))
    }

    /// Podman mounts a container's shared memory in its directory.
    private func unmountSharedMemory(of id: String) {
        for directory in [layout.containerDirectory(id), layout.containerRunDirectory(id)] {
            let shared = "\(directory)/userdata/shm"
            if Files.exists(shared) { try? Mounts.unmount(shared, detach: true) }
        }
    }

    // MARK: Files of a container

    /// The directory for data of a container's owner, created if needed.
    package func containerDirectory(_ id: String) throws(StoreError) -> String {
        try StoreError.mapping {
            let path = layout.containerUserData(id)
            try Files.makeDirectories(path, mode: 0o700)
            return path
        }
    }

    /// Like `containerDirectory`, for data that does not survive a reboot.
    package func runDirectory(container id: String) throws(StoreError) -> String {
        try StoreError.mapping {
            let path = "\(layout.containerRunDirectory(id))/userdata"
            try Files.makeDirectories(path, mode: 0o700)
            return path
        }
    }

    /// A file of the container's `userdata` directory, such as `buildah.json`; nil if it is missing.
    package func file(container id: String, _ name: String) throws(StoreError) -> [UInt8]? {
        try StoreError.mapping { try Files.readFileIfPresent("\(layout.containerUserData(id))/\(name)") }
    }

    /// Replaces a file of the container's `userdata` directory.
    package func setFile(container id: String, _ name: String, _ bytes: [UInt8]) throws(StoreError) {
        try StoreError.mapping { try writeFile(bytes, name, of: id) }
    }

    private func writeFile(_ bytes: [UInt8], _ name: String, of id: String) throws {
        guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(UInt8(ascii: "/")) else {
            throw StoreError(.invalidName, "\"\(name)\" cannot be the name of a container's file", subject: name)
        }
        let directory = layout.containerUserData(id)
        if !Files.exists(directory) { try Files.makeDirectories(directory, mode: 0o700) }
        try Files.replaceFile("\(directory)/\(name)", with: bytes, synchronize: false)
    }

    /// Sets the owner's string in a container's record.
    package func setMetadata(container id: String, _ metadata: String) throws(StoreError) {
        try locked(containers: .exclusive) {
            guard var container = containerTable.record(id: id) else {
                throw StoreError(.notFound, "no container \(id)", subject: id)
            }
            container.metadata = metadata
            containerTable.put(container)
            try containerTable.save()
        }
    }
}
