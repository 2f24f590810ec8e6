import CLinux
import Glibc

/// A directory root in which several containers may run concurrently, each creating and removing mount points.
///
/// Removing a directory removes what others have mounted on it. So every run holds a shared lock on the root, and mount
/// points are only removed by a run that gets it exclusively; otherwise they remain.
struct SharedRoot: ~Copyable {
    /// The root's descriptor; -1 if it is not shared.
    private let descriptor: Int32

    /// Waits while another run is cleaning up. Roots mounted for a single container need no lock.
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
        // Closing alone would leave the lock held by children of other threads that are about to exec.
        _ = flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Whether no other container runs here, from now on until the end of this value.
    func isOurs() -> Bool {
        descriptor < 0 || flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }
}
