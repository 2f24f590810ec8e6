import ContentDigest
import ImageModel
import StreamCompression

/// Passes bytes on and throws at the end unless they match their descriptor.
final class VerifiedSource: ByteSource {
    private let upstream: any ByteSource
    private let expected: Descriptor
    private let place: String
    private let verifier: DigestVerifier
    private var isVerified = false

    init(_ upstream: any ByteSource, expecting expected: Descriptor, place: String) {
        self.upstream = upstream
        self.expected = expected
        self.place = place
        verifier = DigestVerifier(expecting: expected.digest)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard !isVerified else { return 0 }
        let count = try upstream.read(into: buffer)
        if count == 0 {
            try BlobCheck.verify(verifier, against: expected, place: place)
            isVerified = true
            return 0
        }
        verifier.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        if verifier.byteCount > expected.size, expected.size >= 0 {
            throw BlobCheck.tooLong(expected, place: place)
        }
        return count
    }
}

/// Compares a blob with its descriptor. A negative size in a descriptor means unknown.
enum BlobCheck {
    static func verify(_ verifier: DigestVerifier, against expected: Descriptor, place: String) throws(TransportError) {
        guard expected.size < 0 || verifier.byteCount == expected.size else {
            throw TransportError(
                .mismatch, "blob \(expected.digest) has \(verifier.byteCount) bytes, expected \(expected.size)",
                at: place)
        }
        do {
            try verifier.verify()
        } catch {
            throw TransportError(.mismatch, "\(error)", at: place, cause: error)
        }
    }

    static func tooLong(_ expected: Descriptor, place: String) -> TransportError {
        TransportError(
            .mismatch, "blob \(expected.digest) has more than the expected \(expected.size) bytes", at: place)
    }
}
