import ContainerStore
import Glibc
import LinuxSystem
import Sandbox

extension MountPointSkeleton {
    /// Removes directories that only mounting has created in the upper directory: those of standard mount points that
    /// are empty there and do not differ from the layers below or the skeleton.
    ///
    /// If an image redirects a mount point by a link (`/etc/resolv.conf -> ../run/resolv.conf`), its target must be
    /// created for the mount, which copies the parent directory up.
    ///
    /// - Parameter targets: absolute paths of mount points in addition to the standard ones.
    static func removeRemains(of mount: OverlayMount, targets: [String] = []) throws {
        guard let path = mount.upper else { return }
        let upper = try RootedDirectory(opening: path)
        for directory in places(besides: targets) where try isEmpty(directory, in: upper) {
            guard let own = try status(directory, in: upper), let below = try lowerStatus(directory, of: mount),
                own.mode == below.mode, own.uid == below.uid, own.gid == below.gid
            else { continue }
            let parts = directory.split(separator: "/").map(String.init)
            let parent = parts.dropLast().joined(separator: "/")
            let opened = try upper.openNoSymlinks(parent.isEmpty ? "." : parent, OpenFlags.path | O_DIRECTORY)
            _ = unlinkat(opened.raw, parts[parts.count - 1], Int32(AT_REMOVEDIR))
        }
    }

    /// Relative paths of directories that are mount points or contain files that are; deepest first.
    private static func places(besides targets: [String]) -> [String] {
        let points = SandboxSpec.standardMountPoints
        let directories =
            points.directories + points.files.map { $0.split(separator: "/").dropLast().joined(separator: "/") }
        var relative = Set(directories.map { $0.split(separator: "/").joined(separator: "/") })
        for target in targets {
            let parts = target.split(separator: "/")
            for count in 0..<parts.count { relative.insert(parts.prefix(count).joined(separator: "/")) }
        }
        return relative.filter { !$0.isEmpty }.sorted {
            $0.split(separator: "/").count > $1.split(separator: "/").count
        }
    }

    /// Whether the directory exists, is empty and is not marked opaque.
    private static func isEmpty(_ directory: String, in upper: borrowing RootedDirectory) throws -> Bool {
        guard let opened = try? upper.openNoSymlinks(directory, O_RDONLY | O_DIRECTORY) else { return false }
        guard try Files.entries(of: opened).isEmpty else { return false }
        return try ExtendedAttributes.get("user.overlay.opaque", fd: opened.raw) == nil
            && ExtendedAttributes.get("trusted.overlay.opaque", fd: opened.raw) == nil
    }

    private static func status(_ directory: String, in root: borrowing RootedDirectory) throws -> FileStatus? {
        guard let opened = try? root.openNoSymlinks(directory, OpenFlags.path | O_DIRECTORY) else { return nil }
        return try opened.status()
    }

    private static func lowerStatus(_ directory: String, of mount: OverlayMount) throws -> FileStatus? {
        for lower in mount.lower {
            let root = try RootedDirectory(opening: lower.hasPrefix("/") ? lower : "\(mount.workingDirectory)/\(lower)")
            if let found = try status(directory, in: root) { return found }
        }
        return nil
    }
}
