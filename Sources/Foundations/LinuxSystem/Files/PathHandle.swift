import CLinux
import Glibc

/// A file or directory that was resolved once, held by an `O_PATH` descriptor.
///
/// Files that untrusted parties can rename, replace or link (in an image, a build context, a cache, a container's root)
/// are resolved inside their root (``RootedDirectory/handle(at:)``) and then accessed only through the descriptor. A
/// handle cannot be converted back to a path: a second lookup could end elsewhere, and a path that is not valid UTF-8
/// would name another file.
package final class PathHandle: Sendable, Equatable {
    private let descriptor: OwnedFD

    /// Takes ownership of a descriptor, usually an `O_PATH` one.
    package init(adopting descriptor: consuming OwnedFD) {
        self.descriptor = descriptor
    }

    /// Resolves a path from a trusted source, the user or this program, which may name any file of this host. Symbolic
    /// links are followed.
    package convenience init(trusting path: UnsafePointer<CChar>) throws(LinuxError) {
        self.init(adopting: try OwnedFD.open(path, LINUX_O_PATH))
    }

    /// The descriptor, valid as long as this object lives.
    package var fd: Int32 { descriptor.raw }

    /// The result of fstat(2).
    package func status() throws(LinuxError) -> FileStatus {
        try descriptor.status()
    }

    /// Opens the directory for reading its entries; throws `ENOTDIR` for anything else.
    package func openDirectory() throws(LinuxError) -> OwnedFD {
        try OwnedFD.open(at: fd, ".", O_RDONLY | O_DIRECTORY)
    }

    /// The directory as a root for lookups; throws `ENOTDIR` for anything else.
    package func rootedDirectory() throws(LinuxError) -> RootedDirectory {
        RootedDirectory(adopting: try OwnedFD.open(at: fd, ".", LINUX_O_PATH | O_DIRECTORY))
    }

    /// Reads the whole file, even if its name now refers to another one; throws `EFBIG` above the limit in bytes, and
    /// `EINVAL` for files whose reads may block forever.
    package func readFile(limit: Int) throws(LinuxError) -> [UInt8] {
        guard try [.regular, .characterDevice].contains(status().kind) else {
            throw LinuxError("read: not a regular file", code: EINVAL)
        }
        return try OwnedFD.open("/proc/self/fd/\(fd)", O_RDONLY | O_NONBLOCK | O_NOCTTY).readAll(limit: limit)
    }

    /// Clones the mount that contains this file, from here downwards, as a detached tree (open_tree(2)), with
    /// `recursive` including the mounts below. The handle must come from the calling process's mount namespace.
    ///
    /// The clone receives later mounts below the original, and propagates nothing back.
    package func cloneTree(recursive: Bool) throws(LinuxError) -> PathHandle {
        let below = recursive ? LINUX_AT_RECURSIVE : 0
        let emptyPath = UInt32(LINUX_AT_EMPTY_PATH)
        let flags = LINUX_OPEN_TREE_CLONE | emptyPath | below | UInt32(bitPattern: O_CLOEXEC)
        let tree = OwnedFD(adopting: try checked(linux_open_tree(fd, "", flags), "clone mount tree"))
        let result = linux_mount_setattr(tree.raw, "", emptyPath | below, 0, 0, UInt64(LINUX_MS_SLAVE), -1)
        try checked(result, "make slave")
        return PathHandle(adopting: tree)
    }

    /// Identity: handles are equal only if they are the same object.
    package static func == (left: PathHandle, right: PathHandle) -> Bool { left === right }
}
