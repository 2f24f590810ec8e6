import CLinux
import Glibc

/// Thin wrappers of file system calls. Names given with `at` are relative to a directory descriptor
/// (`Files.currentDirectory` for the working directory). All errors include the path.
package enum Files {
    /// The descriptor number of the working directory (`AT_FDCWD`).
    package static var currentDirectory: Int32 { LINUX_AT_FDCWD }

    static func noFollow(_ followSymlinks: Bool) -> Int32 {
        followSymlinks ? 0 : LINUX_AT_SYMLINK_NOFOLLOW
    }

    /// The status of a file; by default symbolic links are not followed.
    package static func status(
        _ path: UnsafePointer<CChar>, followSymlinks: Bool = false
    ) throws(LinuxError) -> FileStatus {
        try status(at: LINUX_AT_FDCWD, path, followSymlinks: followSymlinks)
    }

    /// The status of a file relative to a directory; by default symbolic links are not followed.
    package static func status(
        at directory: Int32, _ name: UnsafePointer<CChar>, followSymlinks: Bool = false
    ) throws(LinuxError) -> FileStatus {
        try FileStatus.read(at: directory, name, noFollow(followSymlinks))
    }

    /// Like `status`, but nil if the file or one of its parent directories does not exist.
    package static func statusIfPresent(
        _ path: UnsafePointer<CChar>, followSymlinks: Bool = false
    ) throws(LinuxError) -> FileStatus? {
        try statusIfPresent(at: LINUX_AT_FDCWD, path, followSymlinks: followSymlinks)
    }

    /// Like `status(at:)`, but nil if the file or one of its parent directories does not exist.
    package static func statusIfPresent(
        at directory: Int32, _ name: UnsafePointer<CChar>, followSymlinks: Bool = false
    ) throws(LinuxError) -> FileStatus? {
        do throws(LinuxError) {
            return try status(at: directory, name, followSymlinks: followSymlinks)
        } catch {
            if error.isMissing { return nil }
            throw error
        }
    }

    /// Whether a file of this name exists, including dangling symbolic links; false if it is not accessible.
    package static func exists(_ path: UnsafePointer<CChar>) -> Bool {
        (try? status(path)) != nil
    }

    /// Renames, replacing the destination.
    package static func rename(_ from: UnsafePointer<CChar>, _ to: UnsafePointer<CChar>) throws(LinuxError) {
        try rename(at: LINUX_AT_FDCWD, from, to: LINUX_AT_FDCWD, to)
    }

    /// Renames between directories, replacing the destination.
    package static func rename(
        at fromDirectory: Int32, _ from: UnsafePointer<CChar>, to toDirectory: Int32, _ to: UnsafePointer<CChar>
    ) throws(LinuxError) {
        try renameWith(0, "rename", fromDirectory, from, toDirectory, to)
    }

    /// Renames; fails with `EEXIST` if the destination exists.
    package static func renameNew(_ from: UnsafePointer<CChar>, _ to: UnsafePointer<CChar>) throws(LinuxError) {
        try renameWith(LINUX_RENAME_NOREPLACE, "rename", LINUX_AT_FDCWD, from, LINUX_AT_FDCWD, to)
    }

    /// Swaps two existing names atomically.
    package static func renameExchange(_ from: UnsafePointer<CChar>, _ to: UnsafePointer<CChar>) throws(LinuxError) {
        try renameWith(LINUX_RENAME_EXCHANGE, "exchange", LINUX_AT_FDCWD, from, LINUX_AT_FDCWD, to)
    }

    private static func renameWith(
        _ flags: UInt32, _ operation: String, _ fromDirectory: Int32, _ from: UnsafePointer<CChar>,
        _ toDirectory: Int32, _ to: UnsafePointer<CChar>
    ) throws(LinuxError) {
        let result = linux_renameat2(fromDirectory, from, toDirectory, to, flags)
        try checked(result, operation, "\(String(cString: from)) to \(String(cString: to))")
    }

    /// The canonical path, without symbolic links, of an existing file. Throws `EILSEQ` if it is not valid UTF-8, since
    /// its text would name another file.
    package static func realPath(_ path: String) throws(LinuxError) -> String {
        guard let resolved = realpath(path, nil) else { throw LinuxError("open", path, code: Glibc.errno) }
        defer { free(resolved) }
        guard let text = String(validatingCString: resolved) else { throw LinuxError("open", path, code: EILSEQ) }
        return text
    }

    /// The free bytes available to the caller on the file system that contains `path`.
    package static func freeSpace(of path: UnsafePointer<CChar>) throws(LinuxError) -> UInt64 {
        var bytes: UInt64 = 0
        try checked(linux_free_space(path, &bytes), "find free space of", path)
        return bytes
    }
}
