import Testing

@testable import KeyEncoding

@Suite struct PEMBlockTests {
    @Test func `a block is read among comments, with its headers`() {
        let text = """
            comment: of a person
            -----BEGIN RSA PRIVATE KEY-----\r
            Proc-Type: 4,ENCRYPTED
            DEK-Info: AES-256-CBC,00FF

            AAEC
            Aw==
            -----END RSA PRIVATE KEY-----
            -----BEGIN X-----
            AA==
            -----END Y-----
            """
        let blocks = PEMBlock.all(in: Array(text.utf8))
        #expect(blocks.count == 1)
        #expect(blocks.first?.bytes == [0, 1, 2, 3])
        #expect(blocks.first?.headers["DEK-Info"] == "AES-256-CBC,00FF")
    }

    @Test func `what is written is read again`() {
        let block = PEMBlock(label: "PUBLIC KEY", bytes: (0..<100).map { UInt8($0) })
        #expect(PEMBlock.all(in: Array(block.text.utf8)) == [block])
        #expect(block.text.split(separator: "\n").allSatisfy { $0.utf8.count <= 64 })
    }

    @Test func `base64url has no padding and its own alphabet`() {
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
        #expect(Base64URL.decode("-_8") == [0xFB, 0xFF])
        #expect(Base64URL.decode("") == [])
        for bad in ["-_8=", "+/8", "A", "é"] { #expect(Base64URL.decode(bad) == nil) }
    }
}

@Suite struct DERValueTests {
    @Test func `values are read and written`() throws {
        let value = DERValue(
            DERValue.Tag.sequence, [DERValue(DERValue.Tag.octetString, [UInt8](repeating: 7, count: 300))])
        #expect(value.encoded.prefix(4) == [0x30, 0x82, 0x01, 0x30])
        let read = try #require(DERValue(parsing: value.encoded))
        #expect(read == value)
        #expect(read.children?.first?.content.count == 300)
    }

    @Test func `object identifiers are read`() {
        let bytes: [UInt8] = [0x2B, 0x06, 0x01, 0x04, 0x01, 0x83, 0xBF, 0x30, 0x01, 0x01]
        #expect(DERValue(DERValue.Tag.objectIdentifier, bytes).objectIdentifier == "1.3.6.1.4.1.57264.1.1")
        #expect(DERValue(DERValue.Tag.objectIdentifier, [0x2B, 0x86]).objectIdentifier == nil)
        #expect(
            DERValue(DERValue.Tag.objectIdentifier, [UInt8](repeating: 0xFF, count: 20) + [1]).objectIdentifier == nil)
    }

    @Test(arguments: [
        [0x30], [0x30, 0x05, 0x01], [0x30, 0x80], [0x30, 0x81, 0x05], [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
        [0x30, 0x85, 1, 1, 1, 1, 1], [0x1F, 0x01, 0x00], [0x30, 0x82, 0x00, 0x01, 0x00], [0x30, 0x00, 0x00],
    ])
    func `what is malformed is nil`(bytes: [UInt8]) {
        #expect(DERValue(parsing: bytes) == nil)
    }
}
