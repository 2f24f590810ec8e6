import Glibc
import LinuxSystem

extension FileLock {
    /// Whether the locked file still has this name: a sweeper may have removed it in between.
    func isStillNamed(_ path: String) throws -> Bool {
        var status = stat()
        guard fstat(fd, &status) == 0 else { throw LinuxError("stat", path, code: errno) }
        guard let named = try Files.statusIfPresent(path) else { return false }
        return named.inode == UInt64(status.st_ino) && named.device == UInt64(status.st_dev)
    }

    /// Creates a new file and locks it; nil if a sweeper intervened between the two.
    static func onNewFile(_ path: String) throws -> FileLock? {
        try OwnedFD.open(path, O_RDWR | O_CREAT | O_EXCL, mode: 0o600).close()
        let lock = try FileLock(opening: path)
        guard try lock.tryLockExclusive(), try lock.isStillNamed(path) else { return nil }
        return lock
    }

    /// Locks an existing file whose owner is dead; nil if it is locked, or has just been removed.
    static func ofAbandonedFile(_ path: String) -> FileLock? {
        do {
            let lock = try FileLock(opening: path)
            guard try lock.tryLockExclusive(), try lock.isStillNamed(path) else { return nil }
            return lock
        } catch {
            return nil
        }
    }
}
