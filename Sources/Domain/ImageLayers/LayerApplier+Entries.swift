import CLinux
import Glibc
import LinuxSystem
import TarArchive

extension LayerApplier {
    /// Creates the file that an entry describes, replacing whatever exists there. Returns false if there is nothing to
    /// create.
    func make(_ entry: TarEntry, _ path: EntryPath, in parent: Int32, reader: TarReader) throws -> Bool {
        switch entry.kind {
        case .directory: try makeDirectory(entry, path, in: parent)
        case .regular: try makeRegular(entry, path, in: parent, reader: reader)
        case .symlink:
            let target = try pathArgument(entry.linkTarget, of: entry)
            try replacing(path, in: parent, entry, "symlink") { linux_symlinkat(target, parent, path.base) }
            try setAttributes(of: entry, at: path, in: parent)
        case .hardLink: try makeHardLink(entry, path, in: parent)
        case .fifo:
            let mode = UInt32(S_IFIFO) | 0o600
            try replacing(path, in: parent, entry, "mkfifo") { linux_mknodat(parent, path.base, mode, 0, 0) }
            try setAttributes(of: entry, at: path, in: parent)
        case .characterDevice, .blockDevice: return try makeDevice(entry, path, in: parent)
        case .other:
            // Types that do not correspond to a file system object have nothing to apply.
            return false
        }
        return true
    }

    // MARK: Regular files

    private func makeRegular(_ entry: TarEntry, _ path: EntryPath, in parent: Int32, reader: TarReader) throws {
        let flags = O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC
        // Not accessible to others yet. Special bits would not survive a change of owner.
        let mode = mode(of: entry) & 0o777
        var result = linux_openat(parent, path.base, flags, mode)
        if result == -EEXIST {
            try removeExisting(path, in: parent, entry)
            result = linux_openat(parent, path.base, flags, mode)
        }
        let file = OwnedFD(adopting: try check(result, "open", entry))
        try copyContent(of: entry, reader: reader, to: file.raw)
        try setAttributes(of: entry, openAs: file.raw)
    }

    /// Writes content directly from the reader's buffer. Holes stay holes, however large they are.
    private func copyContent(of entry: TarEntry, reader: TarReader, to fd: Int32) throws {
        var end: Int64 = 0
        while try reader.withDataChunk({ offset, bytes in
            try write(bytes, to: fd, at: offset, entry)
            end = offset + Int64(bytes.count)
        }) {}
        if end < entry.size { try check(linux_ftruncate(fd, entry.size), "truncate", entry) }
    }

    private func write(
        _ bytes: UnsafeRawBufferPointer, to fd: Int32, at offset: Int64, _ entry: TarEntry
    ) throws(LayerError) {
        guard let base = bytes.baseAddress else { return }
        var done = 0
        while done < bytes.count {
            let count = linux_pwrite(fd, base + done, bytes.count - done, offset + Int64(done))
            if count == -Int(EINTR) { continue }
            guard count > 0 else { throw failure("write", entry, count == 0 ? EIO : Int32(clamping: -count)) }
            done += count
        }
    }

    // MARK: Directories

    private func makeDirectory(_ entry: TarEntry, _ path: EntryPath, in parent: Int32) throws {
        var hidesLower = false
        let isInherited = try isInherited(path.base, in: parent)
        let made = linux_mkdirat(parent, path.base, 0o700)
        if made == -EEXIST {
            if try Files.status(at: parent, path.base).kind != .directory {
                // A whiteout, or a file, that the same layer later replaces with a directory: the lower contents stay
                // hidden.
                hidesLower = true
                try removeExisting(path, in: parent, entry)
                try check(linux_mkdirat(parent, path.base, 0o700), "mkdir", entry)
            }
        } else {
            try check(made, "mkdir", entry)
        }
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let directory = OwnedFD(adopting: try check(linux_openat(parent, path.base, flags, 0), "open", entry))
        if hidesLower { try setOpaque(directory.raw, entry) }
        settlement.removeImplied(path.whole)
        if isInherited { try clearAttributes(of: directory.raw) }
        try setAttributes(of: entry, openAs: directory.raw)
        try directoryTimes.record(path.whole, modification(of: entry), in: root)
    }

    // MARK: Hard links

    private func makeHardLink(_ entry: TarEntry, _ path: EntryPath, in parent: Int32) throws {
        let target = try EntryPath(cleaning: entry.linkTarget, below: prefix)
        guard !target.isTop else {
            throw LayerError(.malformed, "a hard link to the root", entry: entry.displayName)
        }
        let directory = try openDirectory(ofTarget: target, entry)
        guard let status = try Files.statusIfPresent(at: directory.raw, target.base) else {
            throw LayerError(.malformed, "a hard link to a missing file", entry: entry.displayName)
        }
        if try status.kind == .directory || isWhiteout(target.base, in: directory.raw) {
            let what = status.kind == .directory ? "a directory" : "a deleted file"
            throw LayerError(.malformed, "a hard link to \(what)", entry: entry.displayName)
        }
        var result = linux_linkat(directory.raw, target.base, parent, path.base, 0)
        if result == -EEXIST {
            // It may be another name in the same directory: removing it would lose the file.
            let present = try Files.status(at: parent, path.base)
            if FileIdentity(present) == FileIdentity(status) { return }
            try removeExisting(path, in: parent, entry)
            result = linux_linkat(directory.raw, target.base, parent, path.base, 0)
        }
        try check(result, "link", entry)
    }

    private func openDirectory(ofTarget target: EntryPath, _ entry: TarEntry) throws(LayerError) -> OwnedFD {
        do throws(LinuxError) {
            return try root.open(target.parent, OpenFlags.path | O_DIRECTORY)
        } catch {
            throw LayerError(.malformed, "a hard link to a missing file", entry: entry.displayName, cause: error)
        }
    }

    // MARK: Special files

    private func makeDevice(_ entry: TarEntry, _ path: EntryPath, in parent: Int32) throws -> Bool {
        if !options.makesDevices, try isInherited(path.base, in: parent) { return false }
        try removeExisting(path, in: parent, entry)
        guard options.makesDevices else { return false }
        // The kernel reserves device 0/0 for whiteouts, which no container can create: there is no real device to skip.
        if options.whiteouts == .literal, entry.kind == .characterDevice, entry.deviceMajor == 0, entry.deviceMinor == 0
        {
            return false
        }
        let type = UInt32(entry.kind == .characterDevice ? S_IFCHR : S_IFBLK)
        let (major, minor) = (entry.deviceMajor, entry.deviceMinor)
        try check(linux_mknodat(parent, path.base, type | 0o600, major, minor), "mknod", entry)
        try setAttributes(of: entry, at: path, in: parent)
        return true
    }

    // MARK: Replacing

    /// Runs a system call that creates a new name; if the name is taken, removes the existing file first.
    private func replacing(
        _ path: EntryPath, in parent: Int32, _ entry: TarEntry, _ operation: String, _ make: () -> Int32
    ) throws {
        var result = make()
        if result == -EEXIST {
            try removeExisting(path, in: parent, entry)
            result = make()
        }
        try check(result, operation, entry)
    }

    /// Removes whatever exists under a name, including a whole directory. A missing file is not an error.
    private func removeExisting(_ path: EntryPath, in parent: Int32, _ entry: TarEntry) throws(LayerError) {
        do throws(LinuxError) {
            try Files.removeTree(at: parent, path.base)
        } catch {
            throw LayerError(.system, "cannot replace the existing file", entry: entry.displayName, cause: error)
        }
    }

    private func pathArgument(_ bytes: [UInt8], of entry: TarEntry) throws(LayerError) -> [CChar] {
        guard !bytes.isEmpty, !bytes.contains(0) else {
            throw LayerError(.malformed, "a link without a target", entry: entry.displayName)
        }
        return bytes.map { CChar(bitPattern: $0) } + [0]
    }
}
