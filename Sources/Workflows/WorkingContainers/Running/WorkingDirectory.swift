import Glibc
package import LinuxSystem
import Sandbox

/// The directory that a container's command starts in.
package enum WorkingDirectory {
    /// What becomes of one that the root lacks.
    package enum WhenMissing: Sendable {
        /// It and the missing ones above it are made for the command's user, as Buildah and Podman do for the directory
        /// of an image's configuration.
        case make
        /// It is an error, as in Podman for a directory that is named on the command line.
        case refuse
    }

    /// Makes the directory and the missing ones above it, all with this owner; existing ones are left as they are.
    ///
    /// - Parameters:
    ///   - path: an absolute path of the container.
    ///   - files: the container's root, which no symbolic link leads out of.
    package static func make(_ path: String, in files: String, uid: UInt32, gid: UInt32) throws(LinuxError) {
        guard let relative = relative(path) else { return }
        let root = try RootedDirectory(opening: files)
        _ = try root.makeDirectories(relative, mode: 0o755, uid: uid, gid: gid)
    }

    /// Sees to it that a command can start in the directory. Where something is mounted at it or above it the root does
    /// not matter, and below it the sandbox makes what it mounts upon.
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
