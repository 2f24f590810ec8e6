import CLinux

/// A point in time, or a span since the Unix epoch, with nanoseconds in 0..<1_000_000_000.
package struct FileTime: Sendable, Hashable, Comparable {
    /// Whole seconds since 1970-01-01 00:00:00 UTC; negative before.
    package var seconds: Int64
    /// Nanoseconds past `seconds`.
    package var nanoseconds: Int64

    /// Creates a time from its parts, unchecked.
    package init(seconds: Int64, nanoseconds: Int64 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    init(_ time: linux_file_time) {
        self.init(seconds: time.seconds, nanoseconds: time.nanoseconds)
    }

    /// Chronological order.
    package static func < (left: FileTime, right: FileTime) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}

/// The type of a file.
package enum FileKind: Sendable, Hashable {
    case regular, directory, symlink, fifo, socket, characterDevice, blockDevice

    /// The type from a mode's type bits; nil for values that Linux does not define.
    package init?(mode: UInt32) {
        switch mode & 0o170000 {
        case 0o100000: self = .regular
        case 0o040000: self = .directory
        case 0o120000: self = .symlink
        case 0o010000: self = .fifo
        case 0o140000: self = .socket
        case 0o020000: self = .characterDevice
        case 0o060000: self = .blockDevice
        default: return nil
        }
    }
}

/// The result of stat(2).
package struct FileStatus: Sendable, Equatable {
    /// The file system's device number and the inode: together a file's identity.
    package let device, inode: UInt64
    /// Permission bits and type bits.
    package let mode: UInt32
    /// The owner as seen in the caller's user namespace.
    package let uid, gid: UInt32
    /// Size in bytes.
    package let size: Int64
    /// The number of hard links.
    package let links: UInt64
    /// The device number of a character or block device file.
    package let deviceMajor, deviceMinor: UInt32
    /// Modification, access and status change times.
    package let modification, access, change: FileTime
    /// Allocated space in 512-byte blocks.
    package let blocks: Int64

    /// The type of the file.
    package var kind: FileKind { FileKind(mode: mode) ?? .regular }

    /// The permission bits with set-user-ID, set-group-ID and sticky (0o7777).
    package var permissions: UInt32 { mode & 0o7777 }

    init(_ status: linux_file_status) {
        (device, inode, links) = (status.device, status.inode, status.links)
        (mode, uid, gid) = (status.mode, status.uid, status.gid)
        (deviceMajor, deviceMinor) = (status.device_major, status.device_minor)
        (size, blocks) = (status.size, status.blocks)
        modification = FileTime(status.modification)
        access = FileTime(status.access)
        change = FileTime(status.change)
    }

    static func read(at directory: Int32, _ path: UnsafePointer<CChar>, _ flags: Int32) throws(LinuxError) -> FileStatus
    {
        var status = linux_file_status()
        try checked(linux_fstatat(directory, path, &status, flags), "stat", path)
        return FileStatus(status)
    }
}
