import Glibc
import LinuxSystem
import TarArchive

extension LayerApplier {
    /// Sets owner, mode, attributes and times of a file that is open. The order matters: a change of owner clears
    /// set-user-id bits and file capabilities.
    func setAttributes(of entry: TarEntry, openAs fd: Int32) throws {
        let (uid, gid) = try owner(of: entry)
        if fchown(fd, uid, gid) != 0 { try ownerFailed(entry, uid, gid) }
        try check(fchmod(fd, mode(of: entry)), "chmod", entry)
        for attribute in entry.xattrs {
            try setting(attribute.name, entry) { name throws(LinuxError) in
                try ExtendedAttributes.set(name, value: attribute.value, fd: fd)
            }
        }
        if entry.kind != .directory {
            let time = timespec(modification(of: entry))
            var times = [time, time]
            try check(futimens(fd, &times), "utimensat", entry)
        }
    }

    /// The same for what is not to be opened (symbolic links, devices, FIFOs), by name and without following.
    func setAttributes(of entry: TarEntry, at path: EntryPath, in parent: Int32) throws {
        let (uid, gid) = try owner(of: entry)
        if fchownat(parent, path.base, uid, gid, AT_SYMLINK_NOFOLLOW) != 0 { try ownerFailed(entry, uid, gid) }
        if entry.kind != .symlink {
            try check(fchmodat(parent, path.base, mode(of: entry), 0), "chmod", entry)
        }
        if !entry.xattrs.isEmpty {
            let file = "/proc/self/fd/\(parent)/".utf8CString.dropLast() + path.base
            for attribute in entry.xattrs {
                try setting(attribute.name, entry) { name throws(LinuxError) in
                    try ExtendedAttributes.set(name, value: attribute.value, of: Array(file))
                }
            }
        }
        let time = timespec(modification(of: entry))
        var times = [time, time]
        try check(utimensat(parent, path.base, &times, AT_SYMLINK_NOFOLLOW), "utimensat", entry)
    }

    func setAttributes(ofRoot entry: TarEntry) throws {
        guard prefix.isEmpty else { return }
        let fd = try root.open(".", O_RDONLY | O_DIRECTORY)
        try setAttributes(of: entry, openAs: fd.raw)
        rememberTimes(of: [0x2e, 0], modification(of: entry))
    }

    func modification(of entry: TarEntry) -> FileTime {
        if let fixed = options.modification { return fixed }
        return FileTime(
            seconds: entry.modification.seconds, nanoseconds: Int64(entry.modification.nanoseconds))
    }

    private func mode(of entry: TarEntry) -> mode_t {
        mode_t(options.permissions ?? (entry.mode & 0o7777))
    }

    private func owner(of entry: TarEntry) throws(LayerError) -> (uid_t, gid_t) {
        if let owner = options.owner { return owner }
        // 2^32 - 1 means "leave as it is" to chown and is no owner.
        guard let uid = UInt32(exactly: entry.uid), let gid = UInt32(exactly: entry.gid), uid != .max, gid != .max
        else { throw LayerError(.unmappedOwner, "owner \(entry.uid):\(entry.gid) is no id", entry: entry.displayName) }
        uids.insert(uid)
        gids.insert(gid)
        return (uid, gid)
    }

    private func ownerFailed(_ entry: TarEntry, _ uid: uid_t, _ gid: gid_t) throws(LayerError) {
        let cause = errno
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
            .system, "cannot be given its owner \(uid):\(gid)", entry: entry.displayName,
            cause: LinuxError("chown", entry.displayName, code: cause))
    }

    /// Sets one attribute, leaving out those that have no business in a container's files, and those that this file
    /// system or this user cannot hold, as the field's tools do.
    private func setting(
        _ name: [UInt8], _ entry: TarEntry, _ set: ([CChar]) throws(LinuxError) -> Void
    ) throws(LayerError) {
        if AttributePolicy.isOverlayBookkeeping(name) || name.isEmpty || name.contains(0) { return }
        do throws(LinuxError) {
            try set(name.map { CChar(bitPattern: $0) } + [0])
        } catch {
            if error.code == ENOTSUP { return }
            if error.code == EPERM, AttributePolicy.needsPrivilege(name) || entry.kind == .symlink { return }
            throw LayerError(
                .system, "cannot be given the attribute \(String(decoding: name, as: UTF8.self))",
                entry: entry.displayName, cause: error)
        }
    }
}
