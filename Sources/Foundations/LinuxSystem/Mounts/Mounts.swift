import CLinux
import Glibc

/// Mount operations in the mount namespace of the calling thread.
package enum Mounts {
    /// mount(2). `flags` are MS_*; nil is NULL.
    package static func mount(
        source: String?, target: String, type: String?, flags: UInt = 0, data: String? = nil
    ) throws(LinuxError) {
        try checked(linux_mount(source, target, type, flags, data), "mount \(type ?? source ?? "") on", target)
    }

    /// Unmounts `target`, never following a symbolic link there. With `detach`, a mount in use is also detached: it
    /// disappears from the tree immediately, with all mounts below it, and ends with its last user.
    package static func unmount(_ target: String, detach: Bool = false) throws(LinuxError) {
        let flags = LINUX_UMOUNT_NOFOLLOW | (detach ? LINUX_MNT_DETACH : 0)
        try checked(linux_umount2(target, flags), "unmount", target)
    }

    /// Bind-mounts a file or directory. `readOnly` applies to all mounts below if `recursive` is set.
    package static func bind(
        from: String, to target: String, recursive: Bool = true, readOnly: Bool = false
    ) throws(LinuxError) {
        let flags = LINUX_MS_BIND | (recursive ? LINUX_MS_REC : 0)
        try checked(linux_mount(from, target, nil, flags, nil), "bind \(from) to", target)
        guard readOnly else { return }
        do throws(LinuxError) {
            try makeReadOnly(target, recursive: recursive)
        } catch {
            try? unmount(target, detach: true)
            throw error
        }
    }

    /// Makes an existing mount read-only, with `recursive` also all mounts below it.
    package static func makeReadOnly(_ target: String, recursive: Bool) throws(LinuxError) {
        let flags = recursive ? LINUX_AT_RECURSIVE : 0
        let result = linux_mount_setattr(LINUX_AT_FDCWD, target, flags, LINUX_MOUNT_ATTR_RDONLY, 0, 0, -1)
        if result == 0 { return }
        guard result == -ENOSYS else {
            throw LinuxError("make read-only", target, code: -result)
        }
        // Before Linux 5.12: only one mount at a time, and locked flags must be repeated.
        let kept = LINUX_MS_NOSUID | LINUX_MS_NODEV | LINUX_MS_NOEXEC | LINUX_MS_NOATIME | LINUX_MS_NODIRATIME
        let present = UInt(max(linux_mount_flags(target), 0)) & kept
        let remount = LINUX_MS_REMOUNT | LINUX_MS_BIND | LINUX_MS_RDONLY | present
        try checked(linux_mount(nil, target, nil, remount, nil), "make read-only", target)
    }

    /// Adds those of `nodev`, `noexec` and `nosuid` that are named to the flags of the mount at `target`.
    package static func restrict(_ target: String, _ names: [String]) throws(LinuxError) {
        let known = ["nodev": LINUX_MS_NODEV, "noexec": LINUX_MS_NOEXEC, "nosuid": LINUX_MS_NOSUID]
        let kept = LINUX_MS_RDONLY | known.values.reduce(0, |) | LINUX_MS_NOATIME | LINUX_MS_NODIRATIME
        // A remount sets all flags.
        let present = UInt(max(linux_mount_flags(target), 0)) & kept
        let flags = names.reduce(LINUX_MS_REMOUNT | LINUX_MS_BIND | present) { $0 | (known[$1] ?? 0) }
        try checked(linux_mount(nil, target, nil, flags, nil), "restrict", target)
    }

    /// Disables mount propagation in both directions.
    package static func makePrivate(_ target: String, recursive: Bool = false) throws(LinuxError) {
        let flags = LINUX_MS_PRIVATE | (recursive ? LINUX_MS_REC : 0)
        try checked(linux_mount(nil, target, nil, flags, nil), "make private", target)
    }

    /// Lets a mount receive mount events without propagating its own.
    package static func makeSlave(_ target: String, recursive: Bool = false) throws(LinuxError) {
        let flags = LINUX_MS_SLAVE | (recursive ? LINUX_MS_REC : 0)
        try checked(linux_mount(nil, target, nil, flags, nil), "make slave", target)
    }

    /// Whether this directory is a mount point; false if it does not exist.
    package static func isMountPoint(_ path: String) throws(LinuxError) -> Bool {
        guard let status = try Files.statusIfPresent(path), status.kind == .directory else { return false }
        let parent = try Files.status(path + "/..", followSymlinks: true)
        if status.device != parent.device { return true }
        // Bind mounts within one file system only show in the mount table.
        let table = try Files.readFile("/proc/self/mountinfo")
        let real = try realPath(path)
        return table.split(separator: 0x0A).contains { line in
            let fields = line.split(separator: 0x20, maxSplits: 5)
            return fields.count == 6 && unescaped(fields[4]) == real
        }
    }

    /// Moves the calling thread into its own mount namespace; only that thread, so call this before others exist.
    package static func unshareMountNamespace() throws(LinuxError) {
        try checked(linux_unshare(LINUX_CLONE_NEWNS), "unshare mount namespace")
    }

    private static func realPath(_ path: String) throws(LinuxError) -> [UInt8] {
        let directory = try OwnedFD.open(path, LINUX_O_PATH | LINUX_O_DIRECTORY)
        return try Files.readSymlink("/proc/self/fd/\(directory.raw)")
    }

    /// mountinfo escapes spaces, newlines and backslashes as `\` and three octal digits.
    private static func unescaped(_ field: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var rest = field
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == 0x5C, digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }) {
                result.append(digits.reduce(0) { $0 &* 8 &+ ($1 - 0x30) })
                rest = rest.dropFirst(3)
            } else {
                result.append(byte)
            }
        }
        return result
    }
}
