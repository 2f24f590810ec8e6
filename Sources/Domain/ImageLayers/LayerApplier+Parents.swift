import CLinux
import Glibc
import LinuxSystem
import TarArchive

extension LayerApplier {
    /// Creates the directories that the archive implies but does not list, with the attributes of the lower layers'
    /// directories if there are any.
    ///
    /// - Parameter path: NUL-terminated, relative to the root.
    /// - Returns: the last of them, an `O_PATH` descriptor or one for reading.
    func makeMissingParents(_ path: [CChar], _ entry: TarEntry) throws -> OwnedFD {
        // Where components end. A prefix can be opened only if every shorter one can: bisect for the longest.
        var ends = path.indices.filter { path[$0] == 0x2f }
        ends.append(path.count - 1)
        var present = 0
        var missing = ends.count
        var directory = try root.open(".", OpenFlags.path | O_DIRECTORY)
        while present + 1 < missing {
            let middle = (present + missing) / 2
            do throws(LinuxError) {
                directory = try root.open(Array(path[..<ends[middle - 1]]) + [0], OpenFlags.path | O_DIRECTORY)
                present = middle
            } catch {
                guard error.isMissing else {
                    throw LayerError(
                        .system, "cannot open its parent directory", entry: entry.displayName, cause: error)
                }
                missing = middle
            }
        }
        for index in present..<ends.count {
            let start = index == 0 ? 0 : ends[index - 1] + 1
            let name = Array(path[start..<ends[index]]) + [0]
            directory = try makeImplied(name, in: directory.raw, whole: Array(path[..<ends[index]]) + [0], entry)
        }
        return directory
    }

    private func makeImplied(_ name: [CChar], in parent: Int32, whole: [CChar], _ entry: TarEntry) throws -> OwnedFD {
        var implied = impliedDirectory(whole)
        var result = linux_mkdirat(parent, name, 0o700)
        var replacesWhiteout = false
        if result == -EEXIST, try isWhiteout(name, in: parent) {
            // The layer deletes the lower file and then adds something of its own there.
            try check(linux_unlinkat(parent, name, 0), "unlink", entry)
            result = linux_mkdirat(parent, name, 0o700)
            replacesWhiteout = true
            implied = ImpliedDirectory()
        }
        if result == -EEXIST {
            throw LayerError(.malformed, "its parent is not a directory", entry: entry.displayName)
        }
        try check(result, "mkdir", entry)
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let directory = OwnedFD(adopting: try check(linux_openat(parent, name, flags, 0), "open", entry))
        if replacesWhiteout { try setOpaque(directory.raw, entry) }
        let owner = options.owner ?? (implied.uid, implied.gid)
        let owned = linux_fchown(directory.raw, owner.uid, owner.gid)
        if owned != 0, !(options.ignoreUnmappedOwners && (owned == -EPERM || owned == -EINVAL)) {
            throw failure("chown", entry, -owned)
        }
        try check(linux_fchmod(directory.raw, implied.mode), "chmod", entry)
        for attribute in implied.attributes {
            // Where the lower layer's file system could store it, this one can.
            try? ExtendedAttributes.set(attribute.name, value: attribute.value, fd: directory.raw)
        }
        let lower = LowerLayers([], style: options.whiteouts)
        if !replacesWhiteout, !lower.liesInOpaque(whole, root) { try settlement.addImplied(whole) }
        if let time = options.modification ?? implied.modification {
            try directoryTimes.record(whole, time, in: root)
        }
        return directory
    }

    /// Whether a name in the layer is a kernel whiteout.
    func isWhiteout(_ name: [CChar], in parent: Int32) throws(LinuxError) -> Bool {
        guard case .overlay = options.whiteouts, let status = try Files.statusIfPresent(at: parent, name) else {
            return false
        }
        return status.kind == .characterDevice && status.deviceMajor == 0 && status.deviceMinor == 0
    }

    private func impliedDirectory(_ path: [CChar]) -> ImpliedDirectory {
        let lower = LowerLayers(options.lowerDirectories, style: options.whiteouts)
        return lower.liesInOpaque(path, root) ? ImpliedDirectory() : lower.directory(path) ?? ImpliedDirectory()
    }
}
