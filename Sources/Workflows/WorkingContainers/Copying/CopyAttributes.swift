import Glibc
package import LinuxSystem

/// The attributes of copied files.
package struct CopyAttributes: Sendable {
    /// Owner of everything copied; nil for each file's own.
    package var owner: (uid: UInt32, gid: UInt32)?
    /// The change of the files' permission bits; nil for none.
    package var mode: ModeChange?
    /// Whether parent directories that are made get an absolute mode, too, without its special bits.
    package var isModeOfParents = true
    /// Modification time of everything copied; nil for each file's own.
    package var modification: FileTime?
    /// Whether files keep this process's own ids if it cannot set an owner.
    package var ignoresUnmappedOwners = false

    package init(
        owner: (uid: UInt32, gid: UInt32)? = nil, mode: ModeChange? = nil, modification: FileTime? = nil
    ) {
        self.owner = owner
        self.mode = mode
        self.modification = modification
    }

    /// The mode of parent directories that are made.
    var parentMode: UInt32 { isModeOfParents ? mode?.absolute.map { $0 & 0o777 } ?? 0o755 : 0o755 }

    /// Makes a directory and its missing parents in a root, with the owner and the mode of copied files.
    func makeDirectories(_ path: [UInt8], in root: borrowing RootedDirectory) throws(LinuxError) -> OwnedFD {
        let (uid, gid) = owner ?? (0, 0)
        do throws(LinuxError) {
            return try root.makeDirectories(path, mode: parentMode, uid: uid, gid: gid)
        } catch {
            guard ignoresUnmappedOwners, error.code == EINVAL || error.code == EPERM else { throw error }
            return try root.makeDirectories(path, mode: parentMode, uid: geteuid(), gid: getegid())
        }
    }

    /// The error for an owner that this user namespace lacks.
    static func unmapped(_ owner: (uid: UInt32, gid: UInt32), of path: String) -> WorkingContainerError {
        WorkingContainerError(
            .invalid,
            """
            cannot copy \(path): owner \(owner.uid):\(owner.gid) is not mapped in this user namespace: give this \
            account more subordinate ids in /etc/subuid and /etc/subgid, or set ignore_chown_errors in storage.conf
            """)
    }

    /// Sets an owner with `change`, or leaves it if that is allowed.
    func setOwner(_ change: () throws(LinuxError) -> Void) throws(LinuxError) {
        do throws(LinuxError) {
            try change()
        } catch {
            guard ignoresUnmappedOwners, error.code == EINVAL || error.code == EPERM else { throw error }
        }
    }
}

/// What to do if a directory is to be copied to a name that something else has.
package enum DirectoryCollision: Sendable {
    /// A link to a directory stays, and the content is copied there (`/bin -> usr/bin`); anything else is an error.
    case merge
    /// A link to a directory stays as above; anything else is replaced.
    case mergeOrReplace
    /// It is replaced.
    case replace
    /// It is an error.
    case refuse
}
