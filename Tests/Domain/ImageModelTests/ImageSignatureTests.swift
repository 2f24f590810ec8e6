import Testing

@testable import ImageModel

@Suite struct ImageSignatureTests {
    @Test func `An OpenPGP message is stored unchanged`() throws {
        for first: UInt8 in [0x90, 0xA3, 0xC8, 0xC4, 0x88, 0xC2] {
            let signature = try ImageSignature(blob: [first, 2, 3])
            #expect(signature == .simple([first, 2, 3]))
            #expect(signature.blob == [first, 2, 3])
        }
        #expect(try ImageSignature(blob: Array("\0simple-signing\nabc".utf8)) == .simple(Array("abc".utf8)))
    }

    @Test func `A sigstore file round-trips byte for byte, with all annotations`() throws {
        let text =
            "\0sigstore-json\n"
            + #"{"mimeType":"application/vnd.dev.cosign.simplesigning.v1+json","payload":"BAU=","annotations":"#
            + #"{"a":"\u003cb\u003e","dev.cosignproject.cosign/signature":"c2ln"}}"#
        let signature = try ImageSignature(blob: Array(text.utf8))
        #expect(String(decoding: signature.blob, as: UTF8.self) == text)
        guard case .sigstore(let attachment) = signature else { return }
        #expect(attachment.payload == [4, 5])
        #expect(attachment.signature == "c2ln")
        #expect(attachment.annotations?["a"] == "<b>")
        let bare = Array("\0sigstore-json\n{\"mimeType\":\"x\",\"payload\":\"\",\"annotations\":null}".utf8)
        #expect(try ImageSignature(blob: bare).blob == bare)
    }

    @Test(arguments: [
        "", "\0", "\0sigstore-json", "\0new-kind\nx", "text", "-----BEGIN PGP MESSAGE-----", "\0sigstore-json\n{}",
        "\0sigstore-json\n{\"mimeType\":\"x\",\"payload\":\"\",\"annotations\":{\"a\":1}}",
    ])
    func `Anything else is refused`(text: String) {
        #expect(throws: ImageModelError.self) { try ImageSignature(blob: Array(text.utf8)) }
    }

    @Test func `Numbered files end at the first missing one, and their number is limited`() throws {
        let three = try ImageSignature.numbered(in: "here") { $0 <= 3 ? [0x90, UInt8($0)] : nil }
        #expect(three == [.simple([0x90, 1]), .simple([0x90, 2]), .simple([0x90, 3])])
        #expect(throws: ImageModelError.self) { try ImageSignature.numbered(in: "here") { _ in [0x90] } }
        let large = [0x90] + [UInt8](repeating: 0, count: ImageSignature.maximumTotal / 2)
        #expect(throws: ImageModelError.self) { try ImageSignature.numbered(in: "here") { _ in large } }
        #expect(throws: ImageModelError.self) { try ImageSignature.numbered(in: "here") { $0 == 1 ? [1] : nil } }
    }
}
