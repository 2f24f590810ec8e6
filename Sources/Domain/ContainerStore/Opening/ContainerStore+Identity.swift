import LinuxSystem

extension ContainerStore {
    /// Whether one single id is mapped, so that files of other owners cannot be told apart.
    package var isSingleID: Bool { uidMap.count == 1 }
}
