/// What the container sees as `/`.
package enum RootFilesystem: Sendable, Equatable {
    /// A directory, including everything mounted in it.
    case directory(String)
    /// An overlay mounted only for the container.
    case mountedOverlay(OverlayRoot)

    /// An overlay file system, mounted in the container's own mount namespace and gone with it.
    ///
    /// - Parameters:
    ///   - lower: the lower directories, topmost first, relative to `workingDirectory` or absolute.
    ///   - upper: the directory for changes; nil for a read-only view.
    ///   - work: overlayfs's work directory, empty and on the same file system as `upper`.
    ///   - target: an existing directory to mount on; the mount is invisible outside the container.
    ///   - userXattr: whether overlayfs stores its metadata in `user.overlay.*`, required inside a user namespace.
    ///   - volatile: whether the kernel may omit all syncs of the upper directory (mount option `volatile`).
    package static func overlay(
        lower: [String], upper: String?, work: String?, target: String, workingDirectory: String, userXattr: Bool,
        volatile: Bool = false
    ) -> RootFilesystem {
        .mountedOverlay(
            OverlayRoot(
                lower: lower, upper: upper, work: work, target: target, workingDirectory: workingDirectory,
                userXattr: userXattr, volatile: volatile))
    }

    /// The root's directory on the host.
    package var path: String {
        switch self {
        case .directory(let path): path
        case .mountedOverlay(let overlay): overlay.target
        }
    }
}

/// The parameters of `RootFilesystem.overlay`.
package struct OverlayRoot: Sendable, Equatable {
    /// The lower directories, topmost first.
    package var lower: [String]
    /// The upper and work directories; nil for a read-only view.
    package var upper, work: String?
    /// The mount target, and the base of relative lower directories.
    package var target, workingDirectory: String
    /// The options of the same name.
    package var userXattr, volatile: Bool
    /// Further options, in the syntax of mount(8).
    package var options: [String] = []
}

extension OverlayRoot {
    /// One page, including the terminating NUL.
    private static let longestOptionString = 4095

    /// The option string for mount(2); nil if it exceeds one page.
    var optionString: String? {
        let lower = lower.map(Self.escapedLayer).joined(separator: ":")
        var options = ["lowerdir=\(lower)"]
        if let upper, let work {
            options += ["upperdir=\(Self.escaped(upper))", "workdir=\(Self.escaped(work))"]
        }
        let string = (options + flags).joined(separator: ",")
        return string.utf8.count < Self.longestOptionString ? string : nil
    }

    /// The separate options for fsconfig(2), which accepts any number of them, each up to 255 bytes.
    var optionList: [String] {
        var options = lower.map { "lowerdir+=\($0)" }
        if let upper, let work {
            options += ["upperdir=\(relative(upper))", "workdir=\(relative(work))"]
        }
        return options + flags
    }

    private var flags: [String] {
        (userXattr ? ["userxattr"] : []) + (volatile && upper != nil ? ["volatile"] : []) + options
    }

    private func relative(_ path: String) -> String {
        let prefix = workingDirectory.hasSuffix("/") ? workingDirectory : workingDirectory + "/"
        return path.hasPrefix(prefix) && path.utf8.count > prefix.utf8.count
            ? String(path.dropFirst(prefix.count)) : path
    }

    private static func escaped(_ path: String) -> String {
        path.contains(where: { $0 == "\\" || $0 == "," })
            ? path.map { $0 == "\\" || $0 == "," ? "\\\($0)" : "\($0)" }.joined() : path
    }

    private static func escapedLayer(_ path: String) -> String {
        escaped(path).split(separator: ":", omittingEmptySubsequences: false).joined(separator: "\\:")
    }
}
