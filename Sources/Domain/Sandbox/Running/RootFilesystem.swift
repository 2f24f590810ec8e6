/// What the container sees as `/`.
package enum RootFilesystem: Sendable, Equatable {
    /// A directory, with whatever is mounted in it.
    case directory(String)
    /// An overlay that is mounted for the container alone.
    case mountedOverlay(OverlayRoot)

    /// An overlay file system, mounted in the container's own mount namespace and gone with it.
    ///
    /// - Parameters:
    ///   - lower: the lower directories, the nearest (topmost) first, relative to `workingDirectory` or absolute.
    ///   - upper: where changes go; nil for a read-only view.
    ///   - work: overlayfs's scratch directory on the same file system as `upper`, empty.
    ///   - target: an existing directory to mount on; nothing is visible there outside of the container.
    ///   - userXattr: whether overlayfs keeps its marks in `user.overlay.*`, as it must inside a user namespace.
    ///   - volatile: whether the kernel may leave out every sync of the upper directory (mount option `volatile`).
    package static func overlay(
        lower: [String], upper: String?, work: String?, target: String, workingDirectory: String, userXattr: Bool,
        volatile: Bool = false
    ) -> RootFilesystem {
        .mountedOverlay(
            OverlayRoot(
                lower: lower, upper: upper, work: work, target: target, workingDirectory: workingDirectory,
                userXattr: userXattr, volatile: volatile))
    }

    /// The directory at which the root is found on the host's side.
    package var path: String {
        switch self {
        case .directory(let path): path
        case .mountedOverlay(let overlay): overlay.target
        }
    }
}

/// The parameters of `RootFilesystem.overlay`.
package struct OverlayRoot: Sendable, Equatable {
    /// The lower directories, the nearest first.
    package var lower: [String]
    /// The upper and work directories; nil for a read-only view.
    package var upper, work: String?
    /// Where it is mounted, and what relative lower directories are relative to.
    package var target, workingDirectory: String
    /// The options of the same name.
    package var userXattr, volatile: Bool
    /// Further options, as mount(8) writes them.
    package var options: [String] = []
}

extension OverlayRoot {
    /// One page, of which the kernel wants the last byte for itself.
    private static let longestOptionString = 4095

    /// The option string for mount(2); nil when it would be too long for the page that the kernel takes.
    var optionString: String? {
        let lower = lower.map(Self.escapedLayer).joined(separator: ":")
        var options = ["lowerdir=\(lower)"]
        if let upper, let work {
            options += ["upperdir=\(Self.escaped(upper))", "workdir=\(Self.escaped(work))"]
        }
        let string = (options + flags).joined(separator: ",")
        return string.utf8.count < Self.longestOptionString ? string : nil
    }

    /// The options one by one for fsconfig(2), which takes any number of them, each up to 255 bytes.
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
