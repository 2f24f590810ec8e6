import Glibc
import LinuxSystem

extension FileLock {
    /// Waits for the lock; after each signal whose handler returns, `isInterrupted` decides whether to stop waiting.
    ///
    /// - Throws: `EINTR` if it decided to stop.
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

    /// `F_OFD_SETLKW`, which glibc only exposes to C programs that request GNU extensions.
    private static let waitForOpenFileLock: Int32 = 38
}
