import Glibc
package import LinuxSystem
import Sandbox

/// The initial directory of a container's command.
package enum WorkingDirectory {
    /// What to do if the root lacks it.
    package enum WhenMissing: Sendable {
        /// Create it and its missing parents for the command's user, like Buildah and Podman for the directory of an
        /// image's configuration.
        case make
        /// Fail, like Podman for a directory given on the command line.
        case refuse
    }

    /// Creates the directory and its missing parents, all with this owner; existing ones are unchanged.
    ///
    /// - Parameters:
    ///   - path: an absolute path in the container.
    ///   - files: the container's root, which symbolic links cannot escape.
    ///   - time: the modification time of the new directories, and of the one that they are in; nil for now.
    package static func make(
        _ path: String, in files: String, uid: UInt32, gid: UInt32, time: FileTime? = nil
    ) throws(LinuxError) {
        guard let relative = relative(path) else { return }
        let root = try RootedDirectory(opening: files)
        let changed = time == nil ? [] : directoriesToChange(relative, in: root)
        _ = try root.makeDirectories(relative, mode: 0o755, uid: uid, gid: gid)
        guard let time else { return }
        for directory in changed {
            let opened = try root.open(directory, O_RDONLY | O_DIRECTORY)
            try Files.setTimes(fd: opened.raw, access: time, modification: time)
        }
    }

    /// The missing directories of a path, deepest first, and the existing one that they will be in.
    private static func directoriesToChange(_ path: String, in root: borrowing RootedDirectory) -> [String] {
        var rest = path.split(separator: "/")
        var changed: [String] = []
        while !rest.isEmpty {
            let directory = rest.joined(separator: "/")
            if (try? root.open(directory, OpenFlags.path | O_DIRECTORY)) != nil {
                return changed.isEmpty ? [] : changed + [directory]
            }
            changed.append(directory)
            rest.removeLast()
        }
        return changed
    }

    /// Ensures that a command can start in the directory. If something is mounted on it or its parents, the root does
    /// not matter, and below a mount the sandbox creates its mount points.
    ///
    /// - Throws: ``SandboxError`` with `commandNotExecutable`, as for a directory that cannot be entered.
    static func prepare(
        _ path: String, whenMissing: WhenMissing, mounts: [SandboxMount], in files: String, uid: UInt32, gid: UInt32
    ) throws(SandboxError) {
        let places = mounts.map(\.destination) + ["/dev", "/proc", "/sys"]
        guard !places.contains(where: { isAtOrBelow(path, $0) }) else { return }
        do throws(LinuxError) {
            switch whenMissing {
            case .make: try make(path, in: files, uid: uid, gid: gid)
            case .refuse where places.contains(where: { isAtOrBelow($0, path) }): break
            case .refuse: try check(path, in: files)
            }
        } catch {
            if case .refuse = whenMissing, error.code == ENOENT {
                throw SandboxError(.commandNotExecutable, "workdir \"\(path)\" does not exist on container")
            }
            throw SandboxError(.commandNotExecutable, "workdir \"\(path)\": \(error)")
        }
    }

    private static func check(_ path: String, in files: String) throws(LinuxError) {
        guard let relative = relative(path) else { return }
        _ = try RootedDirectory(opening: files).open(relative, OpenFlags.path | O_DIRECTORY)
    }

    private static func relative(_ path: String) -> String? {
        let relative = path.split(separator: "/").joined(separator: "/")
        return relative.isEmpty ? nil : relative
    }

    private static func isAtOrBelow(_ path: String, _ place: String) -> Bool {
        let parts = path.split(separator: "/")
        return parts.starts(with: place.split(separator: "/"))
    }
}
