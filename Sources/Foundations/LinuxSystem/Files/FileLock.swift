import CLinux
import Glibc

/// A lock file: an open-file-description record lock on the whole file. It excludes other processes and other
/// `FileLock` values of the same process alike, and containers/storage's own locks. Ends with the value.
package struct FileLock: ~Copyable, Sendable {
    private let file: OwnedFD

    /// Opens the lock file, making it with mode 0600 where it is missing. Takes no lock yet.
    package init(opening path: String) throws(LinuxError) {
        file = try OwnedFD.open(path, O_RDWR | O_CREAT, mode: 0o600)
    }

    /// Opens an existing lock file of a store that may not be written; only shared locks are possible.
    package init(openingReadOnly path: String) throws(LinuxError) {
        file = try OwnedFD.open(path, O_RDONLY)
    }

    /// The lock file, which may hold data; valid as long as this value lives.
    package var fd: Int32 { file.raw }

    /// Waits until nobody else holds the lock in any way.
    package func lockExclusive() throws(LinuxError) {
        try checked(linux_lock_whole_file(file.raw, Int16(F_WRLCK), 1), "lock")
    }

    /// Waits until nobody else holds the lock exclusively.
    package func lockShared() throws(LinuxError) {
        try checked(linux_lock_whole_file(file.raw, Int16(F_RDLCK), 1), "lock")
    }

    /// Takes the lock exclusively if that needs no waiting.
    package func tryLockExclusive() throws(LinuxError) -> Bool {
        try tryLock(Int16(F_WRLCK))
    }

    /// Takes the lock shared if that needs no waiting.
    package func tryLockShared() throws(LinuxError) -> Bool {
        try tryLock(Int16(F_RDLCK))
    }

    private func tryLock(_ type: Int16) throws(LinuxError) -> Bool {
        let result = linux_lock_whole_file(file.raw, type, 0)
        if result == -EAGAIN || result == -EACCES { return false }
        try checked(result, "lock")
        return true
    }

    /// Gives the lock up; the file stays open.
    package func unlock() throws(LinuxError) {
        try checked(linux_lock_whole_file(file.raw, Int16(F_UNLCK), 0), "unlock")
    }
}
