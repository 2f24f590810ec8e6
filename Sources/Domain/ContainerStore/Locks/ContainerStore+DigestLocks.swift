package import ContentDigest
import LinuxSystem

extension ContainerStore {
    /// Runs `body` while holding the lock of this digest, which guards by convention whatever the digest names.
    package func withLock<Result>(of digest: Digest, _ body: () throws -> Result) throws -> Result {
        let path = layout.digestLock(digest)
        let lock = try StoreError.mapping {
            try Files.makeDirectories(layout.digestLocks, mode: 0o700)
            return LockFile(path: path)
        }
        try lock.create()
        try lock.acquire(.exclusive)
        defer { lock.release() }
        return try body()
    }
}
