package import ContainerStore
import JSONText
import LinuxSystem

extension ManagedContainer {
    /// Makes a container of an image, to be run.
    ///
    /// - Parameters:
    ///   - name: nil for a name made up.
    ///   - image: id of the image, and the layer to begin upon; nil for a root of the caller's own.
    /// - Throws: ``ContainerError`` with `inUse` where the name that was asked for is taken.
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

    /// Gives the container another name.
    package mutating func rename(to name: String, in store: ContainerStore) throws {
        try store.setNames(container: id, [name])
        if let renamed = try store.container(id) { record = renamed }
    }
}
