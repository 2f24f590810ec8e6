import CLinux
import Glibc

extension Files {
    /// Creates one directory; the mode is subject to the umask.
    package static func makeDirectory(_ path: UnsafePointer<CChar>, mode: UInt32 = 0o700) throws(LinuxError) {
        try makeDirectory(at: LINUX_AT_FDCWD, path, mode: mode)
    }

    /// Creates one directory relative to a directory; the mode is subject to the umask.
    package static func makeDirectory(
        at directory: Int32, _ name: UnsafePointer<CChar>, mode: UInt32 = 0o700
    ) throws(LinuxError) {
        try checked(linux_mkdirat(directory, name, mode), "mkdir", name)
    }

    /// Hints to the file system that the subtrees of a directory are unrelated, so that each is placed in its own block
    /// group if there is room: otherwise ext4 searches the occupied groups for every file it creates, which without a
    /// journal takes longer than writing them. Most other file systems ignore the hint.
    package static func spreadSubdirectories(of path: String) {
        guard let directory = try? OwnedFD.open(path, O_RDONLY | O_DIRECTORY) else { return }
        _ = linux_set_top_directory(directory.raw)
    }

    /// Creates a directory and its missing parents; existing ones are unchanged. Throws `ENOTDIR` if the name belongs
    /// to something else.
    package static func makeDirectories(_ path: String, mode: UInt32 = 0o700) throws(LinuxError) {
        // Starts at the deepest existing directory: its parents may not be writable, or even readable.
        var missing: [String] = []
        var current = Substring(path)
        while current.count > 1, current.hasSuffix("/") { current.removeLast() }
        while !current.isEmpty {
            let result = linux_mkdirat(LINUX_AT_FDCWD, String(current), mode)
            if result == 0 || result == -EEXIST { break }
            guard result == -ENOENT, let slash = current.lastIndex(of: "/") else {
                // A read-only or foreign parent returns EROFS or EACCES even if the name exists.
                if try statusIfPresent(String(current), followSymlinks: true)?.kind == .directory { break }
                throw LinuxError("mkdir", String(current), code: -result)
            }
            missing.append(String(current))
            current = current[..<slash]
            while current.count > 1, current.hasSuffix("/") { current.removeLast() }
        }
        for directory in missing.reversed() {
            let result = linux_mkdirat(LINUX_AT_FDCWD, directory, mode)
            if result != 0, result != -EEXIST { throw LinuxError("mkdir", directory, code: -result) }
        }
        guard try status(path, followSymlinks: true).kind == .directory else {
            throw LinuxError("mkdir", path, code: ENOTDIR)
        }
    }

    /// Creates a symbolic link at `path` pointing to `target`.
    package static func symlink(
        target: UnsafePointer<CChar>, at path: UnsafePointer<CChar>
    ) throws(LinuxError) {
        try symlink(target: target, at: LINUX_AT_FDCWD, path)
    }

    /// Creates a symbolic link relative to a directory.
    package static func symlink(
        target: UnsafePointer<CChar>, at directory: Int32, _ name: UnsafePointer<CChar>
    ) throws(LinuxError) {
        try checked(linux_symlinkat(target, directory, name), "symlink", name)
    }

    /// The target of a symbolic link, without a terminator.
    package static func readSymlink(_ path: UnsafePointer<CChar>) throws(LinuxError) -> [UInt8] {
        try readSymlink(at: LINUX_AT_FDCWD, path)
    }

    /// The target of a symbolic link relative to a directory, without a terminator. An empty name reads the link that
    /// the (`O_PATH`) descriptor itself refers to.
    package static func readSymlink(
        at directory: Int32, _ name: UnsafePointer<CChar>
    ) throws(LinuxError) -> [UInt8] {
        // PATH_MAX limits stored targets; links in /proc may be longer, so a full buffer is retried.
        var capacity = 4096
        while true {
            var length = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                buffer.withMemoryRebound(to: CChar.self) {
                    guard let base = $0.baseAddress else { return }
                    length = linux_readlinkat(directory, name, base, $0.count)
                }
                count = max(length, 0)
            }
            try checked(length, "readlink", name)
            if length < capacity || capacity >= 1 << 20 { return bytes }
            capacity *= 2
        }
    }

    /// Creates a hard link; symbolic links are not followed.
    package static func link(_ from: UnsafePointer<CChar>, _ to: UnsafePointer<CChar>) throws(LinuxError) {
        try link(at: LINUX_AT_FDCWD, from, to: LINUX_AT_FDCWD, to)
    }

    /// Creates a hard link between directories; symbolic links are not followed.
    package static func link(
        at fromDirectory: Int32, _ from: UnsafePointer<CChar>, to toDirectory: Int32, _ to: UnsafePointer<CChar>
    ) throws(LinuxError) {
        try checked(linux_linkat(fromDirectory, from, toDirectory, to, 0), "link", to)
    }

    /// Creates a file of the type in the mode's type bits; devices need privileges. The mode is subject to the umask.
    package static func makeNode(
        at directory: Int32, _ name: UnsafePointer<CChar>, mode: UInt32, major: UInt32, minor: UInt32
    ) throws(LinuxError) {
        try checked(linux_mknodat(directory, name, mode, major, minor), "mknod", name)
    }

    /// Creates a named pipe; the mode is subject to the umask.
    package static func makeFifo(
        at directory: Int32, _ name: UnsafePointer<CChar>, mode: UInt32 = 0o600
    ) throws(LinuxError) {
        try checked(linux_mknodat(directory, name, mode & 0o7777 | 0o010000, 0, 0), "mkfifo", name)
    }
}
