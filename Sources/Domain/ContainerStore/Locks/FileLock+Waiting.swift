import Glibc
import LinuxSystem

extension FileLock {
    /// Waits for the lock; after each signal whose handler returns, `isInterrupted` decides whether to wait on.
    ///
    /// - Throws: `EINTR` when it decided not to.
    func wait(exclusive: Bool, isInterrupted: () -> Bool) throws(LinuxError) {
        while true {
            var lock = flock()
            lock.l_type = Int16(exclusive ? F_WRLCK : F_RDLCK)
            lock.l_whence = Int16(SEEK_SET)
            if fcntl(fd, Self.waitForOpenFileLock, &lock) == 0 { return }
            let code = errno
            guard code == EINTR, !isInterrupted() else { throw LinuxError("lock", code: code) }
        }
    }

    /// `F_OFD_SETLKW`, which glibc only shows to C programs that ask for GNU extensions.
    private static let waitForOpenFileLock: Int32 = 38
}
