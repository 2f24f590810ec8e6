import Glibc
import LinuxSystem

extension ContainerStore {
    /// Empties what is kept beside the store to save time: the directories of cache mounts, blobs whose transfer broke
    /// off, how far uploads have come, and outcomes of compressing. What a process is using stays.
    package func emptyCaches() throws(StoreError) {
        // None of the store's own locks guards these.
        try locked {
            try removeCacheMounts()
            for directory in [layout.partialBlobs, layout.uploads] { try removeUnlockedFiles(in: directory) }
            try Files.removeTree(layout.compressedBlobs)
        }
    }

    /// All caches stay while a step uses any. The empty lock files of single caches stay as well: a build that waits for
    /// one has it open already.
    private func removeCacheMounts() throws {
        guard Files.exists(layout.cacheMounts) else { return }
        // Steps make the file; on a full disk it could not be made here.
        guard Files.exists(layout.cacheMountsLock) else { return try putAwayCacheMounts() }
        let lock = try FileLock(opening: layout.cacheMountsLock)
        if try lock.tryLockExclusive() { try putAwayCacheMounts() }
    }

    private func putAwayCacheMounts() throws {
        for entry in try Files.entries(ofDirectory: layout.cacheMounts) where !entry.text.hasSuffix(".lock") {
            try putAway("\(layout.cacheMounts)/\(entry.text)")
        }
    }

    /// Each of these files is locked by whoever uses it.
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
