import CLinux
import Glibc

/// A lock file with an open-file-description record lock on the whole file. Excludes other processes, other `FileLock`
/// values of the same process, and containers/storage's own locks. Released with the value.
package struct FileLock: ~Copyable, Sendable {
    private let file: OwnedFD

    /// Opens the lock file, creating it with mode 0600 if it is missing. Does not lock it yet.
    package init(opening path: String) throws(LinuxError) {
        file = try OwnedFD.open(path, O_RDWR | O_CREAT, mode: 0o600)
    }

    /// Opens an existing lock file of a read-only store; only shared locks are possible.
    package init(openingReadOnly path: String) throws(LinuxError) {
        file = try OwnedFD.open(path, O_RDONLY)
    }

    /// The descriptor of the lock file, which may hold data; valid as long as this value lives.
    package var fd: Int32 { file.raw }

    /// Takes the lock exclusively, waiting for all other holders.
    package func lockExclusive() throws(LinuxError) {
        try checked(linux_lock_whole_file(file.raw, Int16(F_WRLCK), 1), "lock")
    }

    /// Takes the lock shared, waiting for an exclusive holder.
    package func lockShared() throws(LinuxError) {
        try checked(linux_lock_whole_file(file.raw, Int16(F_RDLCK), 1), "lock")
    }

    /// Takes the lock exclusively if that is possible without waiting.
    package func tryLockExclusive() throws(LinuxError) -> Bool {
        try tryLock(Int16(F_WRLCK))
    }

    /// Takes the lock shared if that is possible without waiting.
    package func tryLockShared() throws(LinuxError) -> Bool {
        try tryLock(Int16(F_RDLCK))
    }

    private func tryLock(_ type: Int16) throws(LinuxError) -> Bool {
        let result = linux_lock_whole_file(file.raw, type, 0)
        if result == -EAGAIN || result == -EACCES { return false }
        try checked(result, "lock")
        return true
    }

    /// Releases the lock; the file stays open.
    package func unlock() throws(LinuxError) {
        try checked(linux_lock_whole_file(file.raw, Int16(F_UNLCK), 0), "unlock")
    }
}
