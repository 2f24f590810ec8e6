import Glibc
import LinuxSystem

extension LayerMaker {
    /// Whether a file equals its counterpart in the parent tree. Content counts as equal when size, times and all
    /// attributes are, as the field's tools have it. Without a parent tree everything has changed.
    func isUnchanged(_ child: Child, _ status: FileStatus, in frame: Frame) throws -> Bool {
        guard let parent = try parentStatus(of: child, in: frame) else { return false }
        guard status.mode == parent.mode, status.uid == parent.uid, status.gid == parent.gid else { return false }
        switch status.kind {
        case .directory:
            return try attributesEqual(child, in: frame, O_RDONLY | O_DIRECTORY)
        case .regular:
            guard status.size == parent.size, status.modification == parent.modification else { return false }
            return try attributesEqual(child, in: frame, O_RDONLY | O_NONBLOCK)
        case .symlink:
            return try Files.readSymlink(at: frame.fd, child.name) == Files.readSymlink(at: frame.parentFD, child.name)
        case .characterDevice, .blockDevice:
            return status.deviceMajor == parent.deviceMajor && status.deviceMinor == parent.deviceMinor
        case .fifo, .socket:
            return true
        }
    }

    /// The counterpart's status; nil where the parent tree has none.
    func parentStatus(of child: Child, in frame: Frame) throws -> FileStatus? {
        guard frame.parentFD >= 0 else { return nil }
        return try Files.statusIfPresent(at: frame.parentFD, child.name)
    }

    private func attributesEqual(_ child: Child, in frame: Frame, _ flags: Int32) throws -> Bool {
        let one = openat(frame.fd, child.name, flags | O_NOFOLLOW | O_CLOEXEC)
        let other = openat(frame.parentFD, child.name, flags | O_NOFOLLOW | O_CLOEXEC)
        defer {
            if one >= 0 { _ = Glibc.close(one) }
            if other >= 0 { _ = Glibc.close(other) }
        }
        guard one >= 0, other >= 0 else {
            throw LayerError(
                .system, "cannot be compared with the parent layer", entry: String(decoding: child.bytes, as: UTF8.self),
                cause: LinuxError("open", "", code: errno))
        }
        return try attributeTable(one) == attributeTable(other)
    }

    private func attributeTable(_ fd: Int32) throws -> [[UInt8]: [UInt8]] {
        var attributes: [[UInt8]: [UInt8]] = [:]
        for (name, value) in try carriedAttributes(fd) { attributes[name] = value }
        return attributes
    }
}
