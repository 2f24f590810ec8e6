import ContainerLifecycle
import ContainerStore

/// Containers that keep an image in use.
enum ImageUsers {
    /// Removes them, as `--force` asks for: those of this tool that run are killed first.
    ///
    /// A container of another tool that is mounted or runs stays, and with it everything else: nothing is done then.
    /// One that does not is removed, which standard error tells, since its tool may still list it; under Podman's name
    /// it stays, since Podman removes its containers from its own records too.
    /// - Throws: `StoreError` with `inUse` for a container that stays.
    static func remove(of image: ImageRecord, in store: ContainerStore, _ session: Session) throws {
        let users = try store.containers().filter { $0.image == image.id }
        for user in users { try ForeignContainer.checkRemovable(user, in: store, session) }
        for user in users {
            do {
                if var container = try ManagedContainer(user, in: store) {
                    try container.remove(isForced: true, stoppingAfter: 0, in: store)
                } else {
                    try ForeignContainer.remove(user, in: store, session)
                }
            } catch let error as StoreError where error.kind == .notFound {
                continue
            }
        }
    }
}

/// Containers that neither `container run` nor a working container's maker has made: Podman's, as a rule.
enum ForeignContainer {
    /// - Throws: `StoreError` with `inUse` where the container must not be removed by this tool.
    static func checkRemovable(_ record: ContainerRecord, in store: ContainerStore, _ session: Session) throws {
        try store.checkRemovable(record)
        guard session.calledAs == "podman", store.owner(ofContainer: record.id) == .other else { return }
        throw StoreError(
            .inUse,
            "container \(record.names.first ?? record.id) (\(record.id.prefix(12))) was made by another tool, which has "
                + "to remove it itself", subject: record.id)
    }

    /// Removes a container that `container run` has not made, and says so where it is another tool's.
    static func remove(_ record: ContainerRecord, in store: ContainerStore, _ session: Session) throws {
        let isForeign = store.owner(ofContainer: record.id) == .other
        try store.deleteContainer(record.id)
        guard isForeign else { return }
        session.printError(
            "Warning: removed the files of container \(record.names.first ?? record.id) (\(record.id.prefix(12))), which "
                + "another tool made and may still list")
    }
}
