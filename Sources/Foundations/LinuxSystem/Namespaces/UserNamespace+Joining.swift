import CLinux
import Glibc

extension UserNamespace {
    /// Makes this process root of the user namespace that another process of the same user lives in, rather than of one of
    /// its own: what belongs to that namespace, such as a network, can then be joined. Does nothing where both are in
    /// the same one.
    ///
    /// Must be called before any other thread exists, and before ``enterForRootlessStorage(inheritedUID:inheritedGID:programDirectories:)``.
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
        // A namespace with a single id forbids this; then there is nothing that the groups could reach.
        _ = setgroups(0, nil)
    }
}
