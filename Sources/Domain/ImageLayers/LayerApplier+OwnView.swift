import CLinux
import Glibc
import LinuxSystem
import TarArchive

/// Looking up an entry's parent in a tree that also has the parent layers' files (`WhiteoutStyle.removing`), so that the
/// result is the one of a layer in a directory of its own: only this layer's links are followed, and where it puts
/// something below a lower layer's link or file, a directory takes that one's place.
extension LayerApplier {
    private static let mostLinks = 40

    /// A component of a path, without NUL.
    private struct Component {
        let name: [CChar]
        /// Whether it comes from the target of a link, which must lead to something of this layer.
        let isFollowed: Bool
    }

    /// What has been looked up so far, relative to the root.
    private struct Place {
        var names: [[CChar]] = []

        var path: [CChar] {
            names.isEmpty ? [0x2e, 0] : Array(names.joined(separator: [CChar(0x2f)])) + [0]
        }
    }

    /// Opens a directory of this layer, making what is missing.
    ///
    /// - Parameter path: NUL-terminated, relative to the root.
    func openInOwnView(_ path: [CChar], _ entry: TarEntry) throws -> OwnedFD {
        guard let place = try resolve(path, entry) else {
            throw LayerError(.malformed, "its parent is not a directory", entry: entry.displayName)
        }
        return try root.openNoSymlinks(place.path, OpenFlags.path | O_DIRECTORY)
    }

    /// Whether a name is of a lower layer only.
    func isInherited(_ name: [CChar], in directory: Int32) throws(LinuxError) -> Bool {
        guard let footprint, let status = try Files.statusIfPresent(at: directory, name) else { return false }
        if footprint.holds(name, in: FileIdentity(try Files.status(at: directory, "."))) { return false }
        return status.kind != .directory || !footprint.reaches(into: FileIdentity(status))
    }

    private func resolve(_ path: [CChar], _ entry: TarEntry) throws -> Place? {
        var place = Place()
        var rest = LayerApplier.components(path.dropLast(), isFollowed: false)
        var links = 0
        while let next = rest.popLast() {
            if next.name == [0x2e, 0x2e] {
                _ = place.names.popLast()
                continue
            }
            let name = next.name + [0]
            let directory = try root.openNoSymlinks(place.path, OpenFlags.path | O_DIRECTORY)
            let status = try Files.statusIfPresent(at: directory.raw, name)
            let isInherited = try isInherited(name, in: directory.raw)
            let mayMake = !next.isFollowed
            switch status?.kind {
            case .directory? where !isInherited || mayMake:
                place.names.append(next.name)
                if isInherited, let status { try enterInherited(place.path, status) }
            case .symlink? where !isInherited:
                links += 1
                guard links <= LayerApplier.mostLinks else { return nil }
                let target = try Files.readSymlink(at: directory.raw, name).map { CChar(bitPattern: $0) }
                if target.first == 0x2f { place.names = [] }
                rest += LayerApplier.components(target[...], isFollowed: true)
            case nil where mayMake, .some where isInherited && mayMake:
                if status != nil { try Files.removeTree(at: directory.raw, name) }
                place.names.append(next.name)
                try makeImplied(name, in: directory.raw, entry)
                footprint?.place(name, in: FileIdentity(try directory.status()))
            default: return nil
            }
        }
        return place
    }

    /// The components of a path in reverse order.
    private static func components(_ path: ArraySlice<CChar>, isFollowed: Bool) -> [Component] {
        path.split(separator: 0x2f).reversed().filter { $0 != [0x2e] }.map {
            Component(name: Array($0), isFollowed: isFollowed)
        }
    }

    /// A directory of a lower layer keeps its attributes, and its time although its content changes.
    private func enterInherited(_ path: [CChar], _ status: FileStatus) throws {
        try directoryTimes.record(path, options.modification ?? status.modification, in: root)
        let directory = try root.openNoSymlinks(path, OpenFlags.path | O_DIRECTORY)
        try footprint?.reach(directory.raw)
    }

    /// Makes a directory that no layer lists.
    private func makeImplied(_ name: [CChar], in parent: Int32, _ entry: TarEntry) throws {
        try check(linux_mkdirat(parent, name, 0o700), "mkdir", entry)
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let directory = OwnedFD(adopting: try check(linux_openat(parent, name, flags, 0), "open", entry))
        let owned = linux_fchown(directory.raw, options.owner?.uid ?? 0, options.owner?.gid ?? 0)
        if owned != 0, !(options.ignoreUnmappedOwners && (owned == -EPERM || owned == -EINVAL)) {
            throw failure("chown", entry, -owned)
        }
        try check(linux_fchmod(directory.raw, 0o755), "chmod", entry)
    }

    /// Removes the attributes that a lower layer's directory has: the entry lists its own.
    func clearAttributes(of directory: Int32) throws(LinuxError) {
        for name in (try? ExtendedAttributes.list(fd: directory)) ?? [] where AttributePolicy.isApplied(name) {
            try ExtendedAttributes.remove(name.map { CChar(bitPattern: $0) } + [0], fd: directory)
        }
    }
}
