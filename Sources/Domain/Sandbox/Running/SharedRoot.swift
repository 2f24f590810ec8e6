import CLinux
import Glibc

/// A directory root in which several containers may run at once, each making and removing mount points.
///
/// Removing a directory takes away what others have mounted on it. So every run holds a shared lock on the root, and
/// mount points are only removed by who gets it exclusively; else they stay.
struct SharedRoot: ~Copyable {
    /// Of the root; -1 where there is nothing to share.
    private let descriptor: Int32

    /// Waits while another run is tidying up. Roots that are mounted for one container alone need no lock.
    init(_ rootfs: RootFilesystem) {
        guard case .directory(let path) = rootfs else {
            descriptor = -1
            return
        }
        descriptor = open(path, O_RDONLY | LINUX_O_DIRECTORY | LINUX_O_CLOEXEC)
        while descriptor >= 0, flock(descriptor, LOCK_SH) != 0, errno == EINTR {}
    }

    deinit {
        guard descriptor >= 0 else { return }
        // Closing would leave the lock with children of other threads that are about to execute something.
        _ = flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Whether nobody else runs here, from now on until the end of this value.
    func isOurs() -> Bool {
        descriptor < 0 || flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }
}
