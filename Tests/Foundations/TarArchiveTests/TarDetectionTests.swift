import TarArchive
import Testing

@Suite struct TarDetectionTests {
    /// A header block with a right checksum.
    private static func header() -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        block[0] = UInt8(ascii: "x")
        for index in 148..<156 { block[index] = 0x20 }
        let sum = block.reduce(0) { $0 + Int($1) }
        let digits = Array(String(sum, radix: 8).utf8)
        for (offset, digit) in digits.enumerated() { block[148 + offset] = digit }
        block[148 + digits.count] = 0
        return block
    }

    @Test func aRightChecksumMakesAnArchive() {
        #expect(TarDetection.isHeader(Self.header()))
    }

    @Test func anyOtherByteDoesNot() {
        var block = Self.header()
        block[20] = 1
        #expect(!TarDetection.isHeader(block))
        #expect(!TarDetection.isHeader([UInt8](repeating: 0, count: 512)))
        #expect(!TarDetection.isHeader(Array(Self.header().prefix(100))))
    }
}
