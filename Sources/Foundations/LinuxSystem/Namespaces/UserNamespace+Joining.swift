import CLinux
import Glibc

extension UserNamespace {
    /// Makes this process root in the existing user namespace of another process of the same user, instead of a new
    /// one, so that it can join resources of that namespace such as a network. Does nothing if both are already in the
    /// same one.
    ///
    /// Must be called before any other thread exists, and before
    /// ``enterForRootlessStorage(inheritedUID:inheritedGID:programDirectories:)``.
    package static func join(process: Int32) throws(UserNamespaceError) {
        do throws(LinuxError) {
            let own = try OwnedFD.open("/proc/self/ns/user", O_RDONLY).status()
            let wanted = try OwnedFD.open("/proc/\(process)/ns/user", O_RDONLY)
            if try wanted.status().inode == own.inode { return }
            let result = linux_setns(wanted.raw, Int32(LINUX_CLONE_NEWUSER))
            if result < 0 { throw LinuxError("setns", code: -result) }
        } catch {
            throw UserNamespaceError(
                kind: .failed, message: "cannot join the user namespace of process \(process): \(error)")
        }
        // Namespaces with a single id forbid this; then the groups grant no access that matters.
        _ = setgroups(0, nil)
    }
}
