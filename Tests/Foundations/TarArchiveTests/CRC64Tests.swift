import Testing

@testable import TarArchive

@Suite struct CRC64Tests {
    @Test func matchesTheTestVector() {
        var checksum = CRC64()
        Array("123456789".utf8).withUnsafeBytes { checksum.update($0) }
        #expect(checksum.value == 0xb909_56c7_75a4_1001)
    }

    @Test func incrementalUpdateMatchesWholeInput() {
        let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var whole = CRC64()
        bytes.withUnsafeBytes { whole.update($0) }
        var pieces = CRC64()
        for start in stride(from: 0, to: bytes.count, by: 7) {
            bytes[start..<min(start + 7, bytes.count)].withUnsafeBytes { pieces.update($0) }
        }
        #expect(pieces.value == whole.value)
    }
}
