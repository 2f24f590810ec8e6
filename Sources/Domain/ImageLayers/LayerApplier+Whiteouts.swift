import CLinux
import Glibc
import LinuxSystem
import TarArchive

extension LayerApplier {
    /// Maximum depth of this layer's own files below a deleted directory, in a tree that also has the parent's files.
    private static let maximumDepth = 256

    /// `.wh..wh..opq`: hides everything in the directory from lower layers.
    func makeOpaque(_ parent: Int32, _ path: EntryPath, _ entry: TarEntry) throws {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let directory = OwnedFD(adopting: try check(linux_openat(parent, ".", flags, 0), "open", entry))
        if options.whiteouts == .removing {
            try removeInherited(in: directory, entry, depth: 0)
        } else {
            try setOpaque(directory.raw, entry)
        }
    }

    func setOpaque(_ fd: Int32, _ entry: TarEntry) throws(LayerError) {
        guard let attribute = options.whiteouts.opaqueAttribute else { return }
        do throws(LinuxError) {
            try ExtendedAttributes.set(attribute, value: [0x79], fd: fd)
        } catch {
            throw LayerError(.system, "cannot mark its directory opaque", entry: entry.displayName, cause: error)
        }
    }

    /// `.wh.NAME`: deletes the file of that name in lower layers. Files of this layer itself stay.
    func whiteOut(_ name: [CChar], in parent: Int32, _ entry: TarEntry) throws {
        if options.whiteouts == .removing {
            let identity = FileIdentity(try Files.status(at: parent, "."))
            return try removeInherited(name, in: parent, identity, entry, depth: 0)
        }
        let result = linux_mknodat(parent, name, UInt32(S_IFCHR), 0, 0)
        if result == 0 { return }
        guard result == -EEXIST else { throw failure("mknod", entry, -result) }
        // A file of this layer hides the lower ones by itself, a directory when it is opaque.
        guard try Files.status(at: parent, name).kind == .directory else { return }
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let directory = OwnedFD(adopting: try check(linux_openat(parent, name, flags, 0), "open", entry))
        try setOpaque(directory.raw, entry)
    }

    /// Removes everything from a directory that this layer has not added.
    private func removeInherited(in directory: borrowing OwnedFD, _ entry: TarEntry, depth: Int) throws {
        guard depth < LayerApplier.maximumDepth else {
            throw LayerError(.malformed, "the deleted tree is too deep", entry: entry.displayName)
        }
        let identity = FileIdentity(try directory.status())
        if footprint?.isCleared(identity) ?? true { return }
        for child in try Files.entries(of: directory) {
            try removeInherited(child.name, in: directory.raw, identity, entry, depth: depth)
        }
        footprint?.setCleared(identity)
    }

    private func removeInherited(
        _ name: [CChar], in parent: Int32, _ identity: FileIdentity, _ entry: TarEntry, depth: Int
    ) throws {
        guard let footprint, let status = try Files.statusIfPresent(at: parent, name) else { return }
        let isOurs = footprint.holds(name, in: identity)
        if status.kind == .directory, isOurs || footprint.reaches(into: FileIdentity(status)) {
            let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
            let directory = OwnedFD(adopting: try check(linux_openat(parent, name, flags, 0), "open", entry))
            return try removeInherited(in: directory, entry, depth: depth + 1)
        }
        if !isOurs { try Files.removeTree(at: parent, name) }
    }
}
