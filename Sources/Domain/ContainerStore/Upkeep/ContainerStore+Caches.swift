import Glibc
import LinuxSystem

extension ContainerStore {
    /// Empties what is kept beside the store to save time: the directories of cache mounts, blobs whose transfer broke
    /// off, how far uploads have come, and outcomes of compressing. What a process is using stays.
    package func emptyCaches() throws(StoreError) {
        // No lock of the store guards these.
        try locked {
            try removeCacheMounts()
            for directory in [layout.partialBlobs, layout.uploads] { try removeUnlockedFiles(in: directory) }
            try Files.removeTree(layout.compressedBlobs)
        }
    }

    /// A step that uses a cache holds the cache's lock, if it has one, or has the directory mounted. The empty lock files
    /// stay: a build that waits for one has it open already.
    private func removeCacheMounts() throws {
        let directory = layout.cacheMounts
        guard Files.exists(directory) else { return }
        let names = try Files.entries(ofDirectory: directory).map(\.text).filter { !$0.hasSuffix(".lock") }
        let used = MountedPlaces.names(among: Set(names))
        for name in names where !used.contains(name) {
            let place = "\(directory)/\(name)"
            guard Files.exists("\(place).lock") else {
                try putAway(place)
                continue
            }
            let lock = try FileLock(opening: "\(place).lock")
            if try lock.tryLockExclusive() { try putAway(place) }
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
