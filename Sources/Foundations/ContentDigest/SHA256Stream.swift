import Crypto

/// Incremental SHA-256. Not thread-safe.
package final class SHA256Stream {
    private var hash = SHA256()
    /// Bytes seen so far.
    package private(set) var byteCount: Int64 = 0

    /// A stream that has seen no bytes.
    package init() {}

    /// Hashes the next bytes.
    package func update(_ bytes: UnsafeRawBufferPointer) {
        hash.update(bufferPointer: bytes)
        byteCount += Int64(bytes.count)
    }

    /// Hashes the next bytes.
    package func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The digest of all bytes so far. More may follow: this does not end the stream.
    package func finalize() -> Digest {
        Digest(.sha256, hash: hash.finalize())
    }
}
