import Crypto

/// Checks bytes that arrive piece by piece against the digest they are expected to have, by whichever algorithm that
/// digest names. Not for use from two threads at once.
package final class DigestVerifier {
    // One of the two is in use. They are optionals, not cases of an enum, so that `update` works in place: the states
    // are copied on write.
    private var sha256: SHA256?
    private var sha512: SHA512?
    /// What the content should turn out to be.
    package let expected: Digest
    /// Bytes seen so far.
    package private(set) var byteCount: Int64 = 0

    /// Nothing seen yet.
    package init(expecting digest: Digest) {
        expected = digest
        switch digest.algorithm {
        case .sha256: sha256 = SHA256()
        case .sha512: sha512 = SHA512()
        }
    }

    /// Takes the next bytes.
    package func update(_ bytes: UnsafeRawBufferPointer) {
        sha256?.update(bufferPointer: bytes)
        sha512?.update(bufferPointer: bytes)
        byteCount += Int64(bytes.count)
    }

    /// Takes the next bytes.
    package func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Throws `mismatch`, naming both digests, when the bytes so far are not the expected content.
    package func verify() throws(DigestError) {
        let actual =
            sha256.map { Digest(.sha256, hash: $0.finalize()) } ?? sha512.map { Digest(.sha512, hash: $0.finalize()) }
        guard let actual, actual == expected else {
            throw DigestError(
                .mismatch, "digest mismatch: expected \(expected), content has \(actual.map(\.description) ?? "none")")
        }
    }
}
