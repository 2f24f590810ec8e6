import LinuxSystem

extension ContainerStore {
    /// Whether only a single id is mapped, so that files of different owners cannot be told apart.
    package var isSingleID: Bool { uidMap.count == 1 }
}
