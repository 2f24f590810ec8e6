import CLinux
import Glibc
import LinuxSystem
import TarArchive

extension LayerApplier {
    /// Sets owner, mode, attributes and times of an open file, unless they are already correct. The order matters:
    /// changing the owner clears set-user-id bits and file capabilities. A directory's times are deferred until it is
    /// complete.
    func setAttributes(of entry: TarEntry, openAs fd: Int32) throws {
        let (uid, gid) = try owner(of: entry)
        let mode = mode(of: entry)
        var status = stat()
        guard fstat(fd, &status) == 0 else { throw failure("stat", entry, errno) }
        let changesOwner = status.st_uid != uid || status.st_gid != gid
        if changesOwner {
            let owned = linux_fchown(fd, uid, gid)
            if owned != 0 { try ownerFailed(entry, uid, gid, -owned) }
        }
        if changesOwner || status.st_mode & 0o7777 != mode { try check(linux_fchmod(fd, mode), "chmod", entry) }
        for attribute in entry.xattrs {
            try setting(attribute.name, entry) { name throws(LinuxError) in
                try ExtendedAttributes.set(name, value: attribute.value, fd: fd)
            }
        }
        if entry.kind != .directory {
            let time = linux_file_time(modification(of: entry))
            try check(linux_utimensat(fd, nil, time, time, 0), "set times", entry)
        }
    }

    /// The same for files that must not be opened (symbolic links, devices, FIFOs), without following links.
    func setAttributes(of entry: TarEntry, at path: EntryPath, in parent: Int32) throws {
        let (uid, gid) = try owner(of: entry)
        let owned = linux_fchownat(parent, path.base, uid, gid, LINUX_AT_SYMLINK_NOFOLLOW)
        if owned != 0 { try ownerFailed(entry, uid, gid, -owned) }
        if entry.kind != .symlink {
            let flags = LINUX_O_PATH | O_NOFOLLOW | O_CLOEXEC
            let node = OwnedFD(adopting: try check(linux_openat(parent, path.base, flags, 0), "open", entry))
            do throws(LinuxError) {
                try Files.changeMode(pathDescriptor: node.raw, mode: mode(of: entry))
            } catch {
                throw failure("chmod", entry, error.code)
            }
        }
        if !entry.xattrs.isEmpty {
            let file = Array("/proc/self/fd/\(parent)/".utf8CString.dropLast() + path.base)
            for attribute in entry.xattrs {
                try setting(attribute.name, entry) { name throws(LinuxError) in
                    try ExtendedAttributes.set(name, value: attribute.value, of: file)
                }
            }
        }
        let time = linux_file_time(modification(of: entry))
        let result = linux_utimensat(parent, path.base, time, time, LINUX_AT_SYMLINK_NOFOLLOW)
        try check(result, "set times", entry)
    }

    /// The entry for the directory that the archive's names are relative to. Links in its path are followed inside the
    /// root: `ADD` may be told to unpack through one.
    func setAttributes(ofTop entry: TarEntry, _ path: EntryPath) throws {
        let whole = path.whole
        let directory = try root.open(whole, O_RDONLY | O_DIRECTORY)
        try setAttributes(of: entry, openAs: directory.raw)
        try directoryTimes.record(whole, modification(of: entry), in: root)
    }

    func modification(of entry: TarEntry) -> FileTime {
        if let fixed = options.modification { return fixed }
        return FileTime(
            seconds: entry.modification.seconds, nanoseconds: Int64(entry.modification.nanoseconds))
    }

    func mode(of entry: TarEntry) -> UInt32 {
        (options.permissions ?? entry.mode) & 0o7777
    }

    private func owner(of entry: TarEntry) throws(LayerError) -> (uid: UInt32, gid: UInt32) {
        if let owner = options.owner { return owner }
        // chown takes 2^32 - 1 as "leave unchanged"; it is not a valid owner.
        guard let uid = UInt32(exactly: entry.uid), let gid = UInt32(exactly: entry.gid), uid != .max, gid != .max
        else {
            throw LayerError(
                .unmappedOwner, "owner \(entry.uid):\(entry.gid) is not a valid id", entry: entry.displayName)
        }
        return (uid, gid)
    }

    private func ownerFailed(
        _ entry: TarEntry, _ uid: UInt32, _ gid: UInt32, _ cause: Int32
    ) throws(LayerError) {
        if options.ignoreUnmappedOwners, cause == EINVAL || cause == EPERM { return }
        if cause == EINVAL {
            throw LayerError(
                .unmappedOwner,
                """
                owner \(uid):\(gid) is not mapped in this user namespace: give this account more subordinate ids in \
                /etc/subuid and /etc/subgid, or set ignore_chown_errors in storage.conf
                """, entry: entry.displayName)
        }
        throw LayerError(
            .system, "cannot set its owner to \(uid):\(gid)", entry: entry.displayName,
            cause: LinuxError("chown", code: cause))
    }

    /// Sets one attribute, skipping those that do not belong in a container's files and those that this file system or
    /// this user cannot store, as other container tools do.
    private func setting(
        _ name: [UInt8], _ entry: TarEntry, _ set: ([CChar]) throws(LinuxError) -> Void
    ) throws(LayerError) {
        guard AttributePolicy.isApplied(name) else { return }
        do throws(LinuxError) {
            try set(name.map { CChar(bitPattern: $0) } + [0])
        } catch {
            if error.code == ENOTSUP { return }
            // Only regular files and directories have `user.` attributes; IMA's require the initial namespace's
            // administrator.
            let isPlain = entry.kind == .regular || entry.kind == .directory
            if error.code == EPERM, !isPlain || name.elementsEqual("security.ima".utf8) { return }
            throw LayerError(
                .system, "cannot set the attribute \(LayerError.shown(name))", entry: entry.displayName,
                cause: error)
        }
    }
}

extension linux_file_time {
    init(_ time: FileTime) {
        self.init(seconds: time.seconds, nanoseconds: time.nanoseconds)
    }
}
