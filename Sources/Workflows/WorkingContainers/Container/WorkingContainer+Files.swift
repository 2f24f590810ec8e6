package import ContainerStore

extension WorkingContainer {
    /// Calls `body` with the container's files, like `ContainerLayer.withFiles`.
    package func withFiles<T>(
        in store: ContainerStore, lendsMountPoints: Bool = false, readOnly: Bool = false, _ body: (String) throws -> T
    ) throws -> T {
        try ContainerLayer.withFiles(
            record.layer, in: store, lendsMountPoints: lendsMountPoints, readOnly: readOnly, body)
    }
}
