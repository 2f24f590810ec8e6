import Glibc
import LinuxSystem
import TarArchive

extension LayerApplier {
    /// Makes the file that an entry describes, in place of whatever lies there.
    func make(_ entry: TarEntry, _ path: EntryPath, in parent: Int32, reader: TarReader) throws {
        switch entry.kind {
        case .directory: try makeDirectory(entry, path, in: parent)
        case .regular: try makeRegular(entry, path, in: parent, reader: reader)
        case .symlink:
            let target = try pathArgument(entry.linkTarget, of: entry)
            try replacing(path, in: parent, entry, "symlink") { symlinkat(target, parent, path.base) }
            try setAttributes(of: entry, at: path, in: parent)
        case .hardLink: try makeHardLink(entry, path, in: parent)
        case .fifo:
            try replacing(path, in: parent, entry, "mkfifo") { mkfifoat(parent, path.base, 0o600) }
            try setAttributes(of: entry, at: path, in: parent)
        case .characterDevice, .blockDevice: try makeDevice(entry, path, in: parent)
        case .other:
            // Kinds that no file system object stands for carry nothing to apply.
            return
        }
    }

    private func makeRegular(_ entry: TarEntry, _ path: EntryPath, in parent: Int32, reader: TarReader) throws {
        let flags = O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC
        var raw = openat(parent, path.base, flags, 0o600)
        if raw < 0, errno == EEXIST {
            try removeExisting(path, in: parent, entry)
            raw = openat(parent, path.base, flags, 0o600)
        }
        guard raw >= 0 else { throw failure("open", entry) }
        let fd = OwnedFD(adopting: raw)
        try copyContent(of: entry, reader: reader, to: fd.raw)
        try setAttributes(of: entry, openAs: fd.raw)
    }

    private func copyContent(of entry: TarEntry, reader: TarReader, to fd: Int32) throws {
        while true {
            var count = try reader.readContent(into: buffer)
            if count == 0 { return }
            var start = buffer.baseAddress
            while count > 0 {
                let written = write(fd, start, count)
                if written < 0 {
                    if errno == EINTR { continue }
                    throw failure("write", entry)
                }
                start = start?.advanced(by: written)
                count -= written
            }
        }
    }

    private func makeDirectory(_ entry: TarEntry, _ path: EntryPath, in parent: Int32) throws {
        var hidesLower = false
        if mkdirat(parent, path.base, 0o700) != 0 {
            guard errno == EEXIST else { throw failure("mkdir", entry) }
            var status = stat()
            try check(fstatat(parent, path.base, &status, AT_SYMLINK_NOFOLLOW), "stat", entry)
            if status.st_mode & S_IFMT != S_IFDIR {
                // A whiteout that the same layer follows with a directory: what lies below stays deleted.
                hidesLower = status.st_mode & S_IFMT == S_IFCHR && status.st_rdev == 0
                try removeExisting(path, in: parent, entry)
                try check(mkdirat(parent, path.base, 0o700), "mkdir", entry)
            }
        }
        let raw = openat(parent, path.base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard raw >= 0 else { throw failure("open", entry) }
        let fd = OwnedFD(adopting: raw)
        if hidesLower { try setOpaque(fd.raw, entry) }
        try setAttributes(of: entry, openAs: fd.raw)
        rememberTimes(of: path.whole, modification(of: entry))
    }

    private func makeHardLink(_ entry: TarEntry, _ path: EntryPath, in parent: Int32) throws {
        let target = try EntryPath(cleaning: entry.linkTarget, below: prefix)
        guard !target.isRoot else { throw LayerError(.malformed, "a hard link to the root", entry: entry.displayName) }
        if target.parent == path.parent, target.base == path.base { return }
        let directory = try openParentOfLink(target, entry)
        try replacing(path, in: parent, entry, "link") { linkat(directory.raw, target.base, parent, path.base, 0) }
    }

    private func openParentOfLink(_ target: EntryPath, _ entry: TarEntry) throws(LayerError) -> OwnedFD {
        do throws(LinuxError) {
            return try root.open(target.parent, OpenFlags.path | O_DIRECTORY)
        } catch {
            throw LayerError(.malformed, "a hard link to nothing", entry: entry.displayName, cause: error)
        }
    }

    private func makeDevice(_ entry: TarEntry, _ path: EntryPath, in parent: Int32) throws {
        guard options.makesDevices else { return }
        let type = entry.kind == .characterDevice ? S_IFCHR : S_IFBLK
        try removeExisting(path, in: parent, entry)
        do throws(LinuxError) {
            try Files.makeNode(
                at: parent, path.base, mode: type | 0o600, major: entry.deviceMajor, minor: entry.deviceMinor)
        } catch {
            throw LayerError(.system, "cannot be made", entry: entry.displayName, cause: error)
        }
        try setAttributes(of: entry, at: path, in: parent)
    }

    /// Runs a system call that makes a new name; where the name is taken, what lies there goes first.
    private func replacing(
        _ path: EntryPath, in parent: Int32, _ entry: TarEntry, _ operation: String, _ make: () -> Int32
    ) throws {
        if make() == 0 { return }
        guard errno == EEXIST else {
            if errno == ENOENT, operation == "link" {
                throw LayerError(.malformed, "a hard link to nothing", entry: entry.displayName)
            }
            throw failure(operation, entry)
        }
        try removeExisting(path, in: parent, entry)
        try check(make(), operation, entry)
    }

    /// Removes what lies at a name, a whole directory too. Nothing there is fine.
    func removeExisting(_ path: EntryPath, in parent: Int32, _ entry: TarEntry) throws {
        if unlinkat(parent, path.base, 0) == 0 || errno == ENOENT { return }
        guard errno == EISDIR || errno == EPERM else { throw failure("unlink", entry) }
        do throws(LinuxError) {
            try Files.removeTree(at: parent, path.base)
        } catch {
            throw LayerError(.system, "cannot replace what lies there", entry: entry.displayName, cause: error)
        }
    }

    private func pathArgument(_ bytes: [UInt8], of entry: TarEntry) throws(LayerError) -> [CChar] {
        guard !bytes.isEmpty, !bytes.contains(0) else {
            throw LayerError(.malformed, "a link to nothing", entry: entry.displayName)
        }
        return bytes.map { CChar(bitPattern: $0) } + [0]
    }
}
