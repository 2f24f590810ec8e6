package import ContainerStore

extension WorkingContainer {
    /// Lets `body` work on the container's files, as `ContainerLayer.withFiles`.
    package func withFiles<T>(
        in store: ContainerStore, lendsMountPoints: Bool = false, readOnly: Bool = false, _ body: (String) throws -> T
    ) throws -> T {
        try ContainerLayer.withFiles(
            record.layer, in: store, lendsMountPoints: lendsMountPoints, readOnly: readOnly, body)
    }
}
