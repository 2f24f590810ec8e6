import ContentDigest
import ImageModel
import StreamCompression

/// Passes a blob's bytes through and computes, or verifies, its digest and size.
final class DigestingSource: ByteSource {
    private let upstream: any ByteSource
    private let expected: Descriptor?
    private let verifier: DigestVerifier?
    private let hash = SHA256Stream()

    init(_ upstream: any ByteSource, expected: Descriptor?) {
        self.upstream = upstream
        self.expected = expected
        verifier = expected.map { DigestVerifier(expecting: $0.digest) }
    }

    /// The number of bytes passed through.
    var byteCount: Int64 { verifier?.byteCount ?? hash.byteCount }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try upstream.read(into: buffer)
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        guard let verifier, let expected else {
            hash.update(bytes)
            return count
        }
        verifier.update(bytes)
        if expected.size >= 0, verifier.byteCount > expected.size {
            throw RegistryError(.mismatch, "blob \(expected.digest) has more than the expected \(expected.size) bytes")
        }
        return count
    }

    /// The digest of all bytes, which matches the expected one.
    func finish() throws -> Digest {
        guard let verifier, let expected else { return hash.finalize() }
        guard expected.size < 0 || verifier.byteCount == expected.size else {
            throw RegistryError(
                .mismatch, "blob \(expected.digest) has \(verifier.byteCount) bytes, expected \(expected.size)")
        }
        do {
            try verifier.verify()
        } catch {
            throw RegistryError(.mismatch, "\(error)")
        }
        return expected.digest
    }
}
