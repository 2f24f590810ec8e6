import Glibc
package import LinuxSystem

/// One overlay mount, ready to be made in any mount namespace that sees the store.
package struct OverlayMount: Sendable, Equatable {
    /// Directories that are only read, nearest first; relative ones are below `workingDirectory`.
    package var lower: [String]
    /// Where changes go; nil for a read-only mount.
    package var upper: String?
    /// The kernel's own directory beside `upper`.
    package var work: String?
    /// Where to mount.
    package var target: String
    /// What the short names in `lower` are relative to, so that long stacks fit the kernel's option page.
    package var workingDirectory: String
    /// Whether overlay attributes are in the `user.` namespace.
    package var userXattr: Bool
    /// Whether the upper directory need not survive a crash of the machine.
    package var isVolatile: Bool

    /// Options for the kernel besides those, which keep layers readable for everybody whatever the kernel's defaults:
    /// no redirects, no copies of metadata alone, no index.
    package var options: [String] {
        userXattr ? ["index=off"] : ["index=off", "redirect_dir=off", "metacopy=off"]
    }

    /// A mount with these values.
    package init(
        lower: [String], upper: String?, work: String?, target: String, workingDirectory: String, userXattr: Bool,
        isVolatile: Bool = false
    ) {
        self.lower = lower
        self.upper = upper
        self.work = work
        self.target = target
        self.workingDirectory = workingDirectory
        self.userXattr = userXattr
        self.isVolatile = isVolatile
    }

    /// Mounts it in this process's mount namespace.
    package func mount() throws(LinuxError) {
        try Mounts.overlay(
            lower: lower, upper: upper, work: work, target: target, workingDirectory: workingDirectory,
            userXattr: userXattr, volatile: isVolatile, options: options)
    }

    /// Mounts it over a directory that was looked up before, instead of over `lower`. It has an upper directory.
    package func mount(over directory: PathHandle) throws(LinuxError) {
        guard let upper, let work else { throw LinuxError("mount overlay on", target, code: EINVAL) }
        try Mounts.overlay(
            over: directory, upper: upper, work: work, target: target, userXattr: userXattr, volatile: isVolatile,
            options: options)
    }
}
