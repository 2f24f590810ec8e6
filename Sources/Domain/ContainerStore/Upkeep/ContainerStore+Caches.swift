import Glibc
import LinuxSystem

extension ContainerStore {
    /// Empties the caches next to the store: the directories of cache mounts, partial blobs of interrupted transfers,
    /// the progress of uploads, and results of compression. Whatever a process is using stays.
    package func emptyCaches() throws(StoreError) {
        // These are not guarded by the store's own locks.
        try locked {
            try removeCacheMounts()
            for directory in [layout.partialBlobs, layout.uploads] { try removeUnlockedFiles(in: directory) }
            try Files.removeTree(layout.compressedBlobs)
        }
    }

    /// All caches stay while a step uses any. So do the empty lock files of individual caches: a build that waits for
    /// one already has it open.
    private func removeCacheMounts() throws {
        guard Files.exists(layout.cacheMounts) else { return }
        // Steps create the file; on a full disk it could not be created here.
        guard Files.exists(layout.cacheMountsLock) else { return try putAwayCacheMounts() }
        let lock = try FileLock(opening: layout.cacheMountsLock)
        if try lock.tryLockExclusive() { try putAwayCacheMounts() }
    }

    private func putAwayCacheMounts() throws {
        for entry in try Files.entries(ofDirectory: layout.cacheMounts) where !entry.text.hasSuffix(".lock") {
            try putAway("\(layout.cacheMounts)/\(entry.text)")
        }
    }

    /// Each of these files is locked by its user.
    private func removeUnlockedFiles(in directory: String) throws {
        guard Files.exists(directory) else { return }
        for entry in try Files.entries(ofDirectory: directory) {
            let path = "\(directory)/\(entry.text)"
            guard let lock = FileLock.ofAbandonedFile(path) else { continue }
            try Files.removeFile(path)
            try lock.unlock()
        }
    }
}
