import Testing

@testable import ContentDigest

@Suite struct DigestStreamTests {
    let content = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    @Test(arguments: [1, 63, 64, 65, 4096, 100_000])
    func theDigestDoesNotDependOnThePieces(_ size: Int) {
        let stream = SHA256Stream()
        for start in Swift.stride(from: 0, to: content.count, by: size) {
            stream.update(Array(content[start..<min(start + size, content.count)]))
        }
        #expect(stream.finalize() == Digest.sha256(of: content))
        #expect(stream.byteCount == 100_000)
    }

    @Test func streamContinuesAfterFinalize() {
        let stream = SHA256Stream()
        #expect(stream.finalize().description == DigestTests.emptySHA256)
        stream.update(Array("ab".utf8))
        _ = stream.finalize()
        stream.update(Array("c".utf8))
        #expect(stream.finalize().description == DigestTests.abcSHA256)
    }

    @Test(arguments: Digest.Algorithm.allCases)
    func aVerifierAcceptsOnlyTheExpectedContent(_ algorithm: Digest.Algorithm) throws {
        let expected = Digest.hash(content, with: algorithm)
        let verifier = DigestVerifier(expecting: expected)
        verifier.update(Array(content[..<50]))
        let early = #expect(throws: DigestError.self) { try verifier.verify() }
        #expect(early?.kind == .mismatch)
        #expect(early?.description.contains(expected.description) == true)
        verifier.update(Array(content[50...]))
        try verifier.verify()
        #expect(verifier.byteCount == 100_000)
        verifier.update([0])
        #expect(throws: DigestError.self) { try verifier.verify() }
    }
}
