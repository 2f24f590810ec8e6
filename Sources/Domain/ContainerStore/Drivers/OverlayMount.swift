import Glibc
package import LinuxSystem
import ProgressEvents

/// An overlay mount that can be made in any mount namespace that sees the store.
package struct OverlayMount: Sendable, Equatable {
    /// Read-only directories, nearest first; relative ones are below `workingDirectory`.
    package var lower: [String]
    /// The directory for changes; nil for a read-only mount.
    package var upper: String?
    /// The kernel's work directory next to `upper`.
    package var work: String?
    /// The mount point.
    package var target: String
    /// The base directory of the short names in `lower`, so that long stacks fit the kernel's option page.
    package var workingDirectory: String
    /// Whether overlay attributes are in the `user.` namespace.
    package var userXattr: Bool
    /// Whether the upper directory need not survive a system crash.
    package var isVolatile: Bool
    /// What the files cannot be used for: `nodev`, `noexec`, `nosuid`.
    package var restrictions: [String]

    /// Further mount options, which keep layers readable by every tool whatever the kernel's defaults: no redirects, no
    /// metadata-only copies, no index.
    package var options: [String] {
        userXattr ? ["index=off"] : ["index=off", "redirect_dir=off", "metacopy=off"]
    }

    /// Creates a mount with these values.
    package init(
        lower: [String], upper: String?, work: String?, target: String, workingDirectory: String, userXattr: Bool,
        isVolatile: Bool = false, restrictions: [String] = []
    ) {
        self.lower = lower
        self.upper = upper
        self.work = work
        self.target = target
        self.workingDirectory = workingDirectory
        self.userXattr = userXattr
        self.isVolatile = isVolatile
        self.restrictions = restrictions
    }

    /// Mounts it in this process's mount namespace.
    package func mount() throws(LinuxError) {
        record(lower: lower.joined(separator: ":"))
        try Mounts.overlay(
            lower: lower, upper: upper, work: work, target: target, workingDirectory: workingDirectory,
            userXattr: userXattr, volatile: isVolatile, options: options)
        try restrict()
    }

    private func restrict() throws(LinuxError) {
        if !restrictions.isEmpty { try Mounts.restrict(target, restrictions) }
    }

    private func record(lower: String) {
        guard DebugLog.isActive else { return }
        var listed = options
        if isVolatile { listed.append("volatile") }
        DebugLog.write(
            "mount",
            [
                ("type", "overlay"), ("target", target), ("lowerdir", lower), ("upperdir", upper ?? ""),
                ("options", listed.joined(separator: ",")),
            ])
    }

    /// Mounts it with an already opened directory instead of `lower`. Requires an upper directory.
    package func mount(over directory: PathHandle) throws(LinuxError) {
        guard let upper, let work else { throw LinuxError("mount overlay on", target, code: EINVAL) }
        record(lower: "an opened directory")
        try Mounts.overlay(
            over: directory, upper: upper, work: work, target: target, userXattr: userXattr, volatile: isVolatile,
            options: options)
        try restrict()
    }
}
