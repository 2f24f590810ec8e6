import CLinux
import Glibc

/// A file or directory that was looked up once, held by an `O_PATH` descriptor.
///
/// What strangers can rename, replace or link (an image, a build context, a cache, a container's root) is looked up inside
/// its root (``RootedDirectory/handle(at:)``) and then used by its descriptor alone. There is no way back to a path: a
/// second lookup could end elsewhere, and a path that is no UTF-8 would name another file.
package final class PathHandle: Sendable, Equatable {
    private let descriptor: OwnedFD

    /// Takes over a descriptor, usually an `O_PATH` one.
    package init(adopting descriptor: consuming OwnedFD) {
        self.descriptor = descriptor
    }

    /// Looks up a path by the text of somebody who may name any file of this machine: the user, or this program.
    /// Symbolic links are followed.
    package convenience init(trusting path: UnsafePointer<CChar>) throws(LinuxError) {
        self.init(adopting: try OwnedFD.open(path, LINUX_O_PATH))
    }

    /// The descriptor, valid as long as this object lives.
    package var fd: Int32 { descriptor.raw }

    /// What fstat(2) says.
    package func status() throws(LinuxError) -> FileStatus {
        try descriptor.status()
    }

    /// Opens the directory itself for reading its entries; `ENOTDIR` for anything else.
    package func openDirectory() throws(LinuxError) -> OwnedFD {
        try OwnedFD.open(at: fd, ".", O_RDONLY | O_DIRECTORY)
    }

    /// The directory as a root for lookups; `ENOTDIR` for anything else.
    package func rootedDirectory() throws(LinuxError) -> RootedDirectory {
        RootedDirectory(adopting: try OwnedFD.open(at: fd, ".", LINUX_O_PATH | O_DIRECTORY))
    }

    /// The whole file itself, whatever has its name by now; throws `EFBIG` past the limit in bytes, and `EINVAL` for what
    /// may keep its reader waiting for ever.
    package func readFile(limit: Int) throws(LinuxError) -> [UInt8] {
        guard try [.regular, .characterDevice].contains(status().kind) else {
            throw LinuxError("read: not a regular file", code: EINVAL)
        }
        return try OwnedFD.open("/proc/self/fd/\(fd)", O_RDONLY | O_NONBLOCK | O_NOCTTY).readAll(limit: limit)
    }

    /// Clones the mount that this lies on, from here downwards, as a tree that is attached nowhere (open_tree(2)). With
    /// `recursive` the mounts below come along. The handle must come from the calling process's mount namespace.
    ///
    /// The clone receives what is mounted below the original later on, and never passes anything back.
    package func cloneTree(recursive: Bool) throws(LinuxError) -> PathHandle {
        let below = recursive ? LINUX_AT_RECURSIVE : 0
        let emptyPath = UInt32(LINUX_AT_EMPTY_PATH)
        let flags = LINUX_OPEN_TREE_CLONE | emptyPath | below | UInt32(bitPattern: O_CLOEXEC)
        let tree = OwnedFD(adopting: try checked(linux_open_tree(fd, "", flags), "clone mount tree"))
        let result = linux_mount_setattr(tree.raw, "", emptyPath | below, 0, 0, UInt64(LINUX_MS_SLAVE), -1)
        try checked(result, "make slave")
        return PathHandle(adopting: tree)
    }

    /// Identity: two handles are equal if they are the same one.
    package static func == (left: PathHandle, right: PathHandle) -> Bool { left === right }
}
