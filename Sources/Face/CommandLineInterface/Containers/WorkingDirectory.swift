import LinuxSystem

/// The directory a container's command begins in.
enum WorkingDirectory {
    /// Makes it where the image lacks it.
    static func make(_ path: String, in files: String) throws {
        let relative = path.split(separator: "/").joined(separator: "/")
        if relative.isEmpty { return }
        let root = try RootedDirectory(opening: files)
        _ = try root.makeDirectories(relative, mode: 0o755, uid: 0, gid: 0)
    }
}
