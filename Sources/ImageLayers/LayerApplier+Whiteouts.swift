import Glibc
import LinuxSystem
import TarArchive

extension LayerApplier {
    /// `.wh..wh..opq`: hides everything that lower layers have in the directory.
    func makeOpaque(_ parent: Int32, _ path: EntryPath, _ entry: TarEntry) throws {
        if options.whiteouts == .removing {
            try removeInherited(in: path, entry)
            return
        }
        let fd = try root.open(path.parent, O_RDONLY | O_DIRECTORY)
        try setOpaque(fd.raw, entry)
    }

    func setOpaque(_ fd: Int32, _ entry: TarEntry) throws {
        guard let attribute = options.whiteouts.opaqueAttribute else { return }
        do throws(LinuxError) {
            try ExtendedAttributes.set(attribute, value: [0x79], fd: fd)
        } catch {
            throw LayerError(.system, "cannot mark its directory opaque", entry: entry.displayName, cause: error)
        }
    }

    /// `.wh.NAME`: deletes what lower layers have under that name. What this layer itself has put there stays.
    func whiteOut(_ name: [CChar], in parent: Int32, _ path: EntryPath, _ entry: TarEntry) throws {
        let target = EntryPath(parent: path.parent, base: name)
        if options.whiteouts == .removing {
            if !appliedHere.contains(target.whole) { try removeExisting(target, in: parent, entry) }
            return
        }
        if mknodat(parent, name, S_IFCHR, 0) == 0 { return }
        guard errno == EEXIST else { throw failure("mknod", entry) }
        var status = stat()
        try check(fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW), "stat", entry)
        guard status.st_mode & S_IFMT == S_IFDIR else { return }
        let raw = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard raw >= 0 else { throw failure("open", entry) }
        let fd = OwnedFD(adopting: raw)
        try setOpaque(fd.raw, entry)
    }

    /// Removes from a directory all that this layer has not put there.
    private func removeInherited(in path: EntryPath, _ entry: TarEntry) throws {
        forgetParent()
        let directory = try root.open(path.parent, O_RDONLY | O_DIRECTORY)
        for child in try Files.entries(of: directory) {
            let whole = EntryPath(parent: path.parent, base: child.name).whole
            if appliedHere.contains(whole) { continue }
            try Files.removeTree(at: directory.raw, child.name)
        }
    }
}
