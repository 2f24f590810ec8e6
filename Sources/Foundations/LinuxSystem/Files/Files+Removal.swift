import CLinux
import Glibc

extension Files {
    /// Unlinks a file that is not a directory.
    package static func removeFile(_ path: UnsafePointer<CChar>) throws(LinuxError) {
        try removeFile(at: LINUX_AT_FDCWD, path)
    }

    /// Unlinks a file that is not a directory, relative to a directory.
    package static func removeFile(at directory: Int32, _ name: UnsafePointer<CChar>) throws(LinuxError) {
        try checked(linux_unlinkat(directory, name, 0), "remove", name)
    }

    /// Removes an empty directory.
    package static func removeDirectory(_ path: UnsafePointer<CChar>) throws(LinuxError) {
        try checked(linux_unlinkat(LINUX_AT_FDCWD, path, LINUX_AT_REMOVEDIR), "remove", path)
    }

    /// Removes a file or a whole directory tree. Never follows symbolic links, first makes the caller's unreadable
    /// directories accessible, and handles any depth with bounded memory per level. A missing name is not an error.
    package static func removeTree(_ path: String) throws(LinuxError) {
        try removeTree(at: LINUX_AT_FDCWD, path)
    }

    /// Like `removeTree`, relative to a directory.
    package static func removeTree(at directory: Int32, _ name: UnsafePointer<CChar>) throws(LinuxError) {
        let result = linux_unlinkat(directory, name, 0)
        if result == 0 || result == -ENOENT || result == -ENOTDIR { return }
        // Linux returns EISDIR for a directory, some file systems EPERM.
        guard try statusIfPresent(at: directory, name)?.kind == .directory else {
            try checked(result, "remove", name)
            return
        }
        var removal = try TreeRemoval(at: directory, name)
        try removal.run()
        try checked(linux_unlinkat(directory, name, LINUX_AT_REMOVEDIR), "remove", name)
    }
}
