import Crypto

/// Verifies streamed bytes against an expected digest, using that digest's algorithm. Not thread-safe.
package final class DigestVerifier {
    // Exactly one of the two is set. They are optionals, not enum cases, so that `update` mutates in place: the states
    // are copied on write.
    private var sha256: SHA256?
    private var sha512: SHA512?
    /// The digest that the content should have.
    package let expected: Digest
    /// Bytes seen so far.
    package private(set) var byteCount: Int64 = 0

    /// A verifier that has seen no bytes.
    package init(expecting digest: Digest) {
        expected = digest
        switch digest.algorithm {
        case .sha256: sha256 = SHA256()
        case .sha512: sha512 = SHA512()
        }
    }

    /// Hashes the next bytes.
    package func update(_ bytes: UnsafeRawBufferPointer) {
        sha256?.update(bufferPointer: bytes)
        sha512?.update(bufferPointer: bytes)
        byteCount += Int64(bytes.count)
    }

    /// Hashes the next bytes.
    package func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Throws `mismatch`, naming both digests, when the bytes so far do not have the expected digest.
    package func verify() throws(DigestError) {
        let actual =
            sha256.map { Digest(.sha256, hash: $0.finalize()) } ?? sha512.map { Digest(.sha512, hash: $0.finalize()) }
        guard let actual, actual == expected else {
            throw DigestError(
                .mismatch, "digest mismatch: expected \(expected), content has \(actual.map(\.description) ?? "none")")
        }
    }
}
