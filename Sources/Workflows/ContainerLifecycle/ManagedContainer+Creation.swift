package import ContainerStore
import JSONText
import LinuxSystem

extension ManagedContainer {
    /// Creates a container from an image.
    ///
    /// - Parameters:
    ///   - name: nil to generate one.
    ///   - image: the image's id and top layer; nil for a root directory of the caller's.
    /// - Throws: ``ContainerError`` with `inUse` when the requested name is taken.
    package static func create(
        id: String, name: String?, image: (id: String, layer: String?)?, _ definition: ContainerDefinition,
        in store: ContainerStore
    ) throws -> ManagedContainer {
        let state = ContainerState()
        let bytes = try encoded(definition, state)
        var attempt = 0
        while true {
            var request = ContainerRequest(
                id: id, names: [name ?? ContainerNames.random()], image: image?.id, baseLayer: image?.layer,
                files: [(stateFile, bytes)])
            request.flags = ["MountLabel": "", "ProcessLabel": ""]
            do {
                return ManagedContainer(
                    record: try store.createContainer(request), definition: definition, state: state)
            } catch {
                attempt += 1
                guard error.kind == .exists else { throw error }
                guard let name else {
                    if attempt < 100 { continue }
                    throw error
                }
                let owner = try store.container(name)?.id ?? "another container"
                throw ContainerError(
                    .inUse,
                    "the container name \"\(name)\" is already in use by \(owner). You have to remove that container "
                        + "to be able to reuse that name: that name is already in use")
            }
        }
    }

    /// Renames the container.
    package mutating func rename(to name: String, in store: ContainerStore) throws {
        try store.setNames(container: id, [name])
        if let renamed = try store.container(id) { record = renamed }
    }
}
