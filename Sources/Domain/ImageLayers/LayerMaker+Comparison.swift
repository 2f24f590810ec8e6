import CLinux
import Glibc
import LinuxSystem
import TarArchive

extension LayerMaker {
    /// Whether a file equals its counterpart in the parent tree. Content counts as equal when size, times and all
    /// attributes are, as in other container tools. Without a parent tree everything has changed.
    func isUnchanged(_ child: Child, _ status: FileStatus, in frame: Frame) throws -> Bool {
        guard let parent = try parentStatus(of: child, in: frame) else { return false }
        guard status.mode == parent.mode, status.uid == parent.uid, status.gid == parent.gid else { return false }
        switch status.kind {
        case .directory:
            return try attributesEqual(child, in: frame, O_DIRECTORY)
        case .regular:
            guard status.size == parent.size, status.modification == parent.modification else { return false }
            return try attributesEqual(child, in: frame, O_NONBLOCK)
        case .symlink:
            return try Files.readSymlink(at: frame.fd, child.name) == Files.readSymlink(at: frame.parentFD, child.name)
        case .characterDevice, .blockDevice:
            return status.deviceMajor == parent.deviceMajor && status.deviceMinor == parent.deviceMinor
        case .fifo, .socket:
            return true
        }
    }

    /// The counterpart's status; nil when the parent tree has none.
    func parentStatus(of child: Child, in frame: Frame) throws -> FileStatus? {
        guard frame.parentFD >= 0 else { return nil }
        return try Files.statusIfPresent(at: frame.parentFD, child.name)
    }

    private func attributesEqual(_ child: Child, in frame: Frame, _ flags: Int32) throws -> Bool {
        try attributeTable(child, in: frame.fd, flags) == attributeTable(child, in: frame.parentFD, flags)
    }

    private func attributeTable(_ child: Child, in directory: Int32, _ flags: Int32) throws -> [[UInt8]: [UInt8]] {
        let name = child.name.dropLast().map { UInt8(bitPattern: $0) }
        let raw = linux_openat(directory, child.name, flags | O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0)
        guard raw >= 0 else {
            throw LayerError(
                .system, "cannot be compared with the parent layer", entry: LayerError.shown(name),
                cause: LinuxError("open", code: -raw))
        }
        let file = OwnedFD(adopting: raw)
        let carried = try attributes(of: file.raw, name).carried
        if carried.isEmpty { return [:] }
        return Dictionary(carried.map { ($0.name, $0.value) }) { first, _ in first }
    }
}
