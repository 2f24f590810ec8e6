import Testing

@testable import ContentDigest

@Suite struct DigestTests {
    static let emptySHA256 = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    static let abcSHA256 = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    static let abcSHA512 =
        "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"

    @Test(arguments: [emptySHA256, abcSHA256, abcSHA512])
    func parsesWhatItPrints(_ text: String) throws {
        let digest = try Digest(parsing: text)
        #expect(digest.description == text)
        #expect(Digest(text) == digest)
        #expect(text.hasSuffix(digest.hex))
    }

    @Test(arguments: [
        ("", DigestError.Kind.malformed),
        ("sha256", .malformed),
        ("sha256:", .malformed),
        ("sha256:abc", .malformed),
        (String(emptySHA256.dropLast()), .malformed),
        (emptySHA256 + "5", .malformed),
        (emptySHA256.replacing("e3b0", with: "E3B0"), .malformed),
        (emptySHA256.replacing("e3b0", with: "g3b0"), .malformed),
        (emptySHA256.replacing("e3b0", with: "../e"), .malformed),
        (emptySHA256.replacing("e3b0", with: "é0"), .malformed),
        (" " + emptySHA256, .unsupportedAlgorithm),
        (emptySHA256 + "\n", .malformed),
        (emptySHA256.replacing("sha256", with: "sha512"), .malformed),
        (emptySHA256.replacing("sha256", with: "SHA256"), .unsupportedAlgorithm),
        (emptySHA256.replacing("sha256", with: "md5"), .unsupportedAlgorithm),
        (emptySHA256.replacing("sha256:", with: ":"), .unsupportedAlgorithm),
    ])
    func refusesWhatIsNoDigest(_ text: String, _ kind: DigestError.Kind) {
        #expect(Digest(text) == nil)
        let error = #expect(throws: DigestError.self) { try Digest(parsing: text) }
        #expect(error?.kind == kind)
    }

    @Test func hugeTextIsTruncatedInErrors() {
        let error = #expect(throws: DigestError.self) {
            try Digest(parsing: "sha256:" + String(repeating: "x", count: 1 << 20))
        }
        #expect((error?.description.utf8.count ?? .max) < 400)
    }

    @Test func hashesBytesInMemory() {
        #expect(Digest.sha256(of: [UInt8]()).description == Self.emptySHA256)
        #expect(Digest.sha256(of: Array("abc".utf8)).description == Self.abcSHA256)
        #expect(Digest.sha256(of: "abc").description == Self.abcSHA256)
        #expect(Digest.hash(Array("abc".utf8), with: .sha256).description == Self.abcSHA256)
        #expect(Digest.hash(Array("abc".utf8), with: .sha512).description == Self.abcSHA512)
    }

    @Test func sortsByStringForm() {
        let texts = [Self.abcSHA512, Self.emptySHA256, Self.abcSHA256]
        #expect(texts.compactMap { Digest($0) }.sorted().map(\.description) == texts.sorted())
    }
}
