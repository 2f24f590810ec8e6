import CLinux
import Glibc

extension Files {
    /// Makes one directory; the mode is subject to the umask.
    package static func makeDirectory(_ path: UnsafePointer<CChar>, mode: UInt32 = 0o700) throws(LinuxError) {
        try makeDirectory(at: LINUX_AT_FDCWD, path, mode: mode)
    }

    /// Makes one directory under a directory; the mode is subject to the umask.
    package static func makeDirectory(
        at directory: Int32, _ name: UnsafePointer<CChar>, mode: UInt32 = 0o700
    ) throws(LinuxError) {
        try checked(linux_mkdirat(directory, name, mode), "mkdir", name)
    }

    /// Tells the file system that the trees in a directory do not belong together, so that each gets a place of its own
    /// where there is room: ext4 then does not search among what was there before for every file it makes, which without a
    /// journal takes longer than writing them. A hint: most other file systems have no ear for it.
    package static func spreadSubdirectories(of path: String) {
        guard let directory = try? OwnedFD.open(path, O_RDONLY | O_DIRECTORY) else { return }
        _ = linux_set_top_directory(directory.raw)
    }

    /// Makes a directory and all missing ones above it; existing ones are left as they are. Throws `ENOTDIR` where
    /// something else has the name.
    package static func makeDirectories(_ path: String, mode: UInt32 = 0o700) throws(LinuxError) {
        // From the deepest that exists downwards: the ones above may not be writable, nor even readable.
        var missing: [String] = []
        var current = Substring(path)
        while current.count > 1, current.hasSuffix("/") { current.removeLast() }
        while !current.isEmpty {
            let result = linux_mkdirat(LINUX_AT_FDCWD, String(current), mode)
            if result == 0 || result == -EEXIST { break }
            guard result == -ENOENT, let slash = current.lastIndex(of: "/") else {
                // A read-only or foreign parent answers EROFS or EACCES before it says that the name exists.
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

    /// Makes a symbolic link at `path` that holds `target`.
    package static func symlink(
        target: UnsafePointer<CChar>, at path: UnsafePointer<CChar>
    ) throws(LinuxError) {
        try symlink(target: target, at: LINUX_AT_FDCWD, path)
    }

    /// Makes a symbolic link under a directory.
    package static func symlink(
        target: UnsafePointer<CChar>, at directory: Int32, _ name: UnsafePointer<CChar>
    ) throws(LinuxError) {
        try checked(linux_symlinkat(target, directory, name), "symlink", name)
    }

    /// What a symbolic link holds, without a terminator.
    package static func readSymlink(_ path: UnsafePointer<CChar>) throws(LinuxError) -> [UInt8] {
        try readSymlink(at: LINUX_AT_FDCWD, path)
    }

    /// What a symbolic link under a directory holds, without a terminator. An empty name reads the link that the
    /// (`O_PATH`) descriptor itself is.
    package static func readSymlink(
        at directory: Int32, _ name: UnsafePointer<CChar>
    ) throws(LinuxError) -> [UInt8] {
        // PATH_MAX bounds what the kernel stores; links of /proc may be longer, so a full buffer is tried again.
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

    /// Makes a hard link; a symbolic link is linked itself.
    package static func link(_ from: UnsafePointer<CChar>, _ to: UnsafePointer<CChar>) throws(LinuxError) {
        try link(at: LINUX_AT_FDCWD, from, to: LINUX_AT_FDCWD, to)
    }

    /// Makes a hard link between directories; a symbolic link is linked itself.
    package static func link(
        at fromDirectory: Int32, _ from: UnsafePointer<CChar>, to toDirectory: Int32, _ to: UnsafePointer<CChar>
    ) throws(LinuxError) {
        try checked(linux_linkat(fromDirectory, from, toDirectory, to, 0), "link", to)
    }

    /// Makes a file of the type in the mode's type bits; devices need privilege. The mode is subject to the umask.
    package static func makeNode(
        at directory: Int32, _ name: UnsafePointer<CChar>, mode: UInt32, major: UInt32, minor: UInt32
    ) throws(LinuxError) {
        try checked(linux_mknodat(directory, name, mode, major, minor), "mknod", name)
    }

    /// Makes a named pipe; the mode is subject to the umask.
    package static func makeFifo(
        at directory: Int32, _ name: UnsafePointer<CChar>, mode: UInt32 = 0o600
    ) throws(LinuxError) {
        try checked(linux_mknodat(directory, name, mode & 0o7777 | 0o010000, 0, 0), "mkfifo", name)
    }
}
