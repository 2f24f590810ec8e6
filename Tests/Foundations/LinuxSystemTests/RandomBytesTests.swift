import LinuxSystem
import Testing

@Suite struct RandomBytesTests {
    @Test func everyCallDiffers() {
        #expect(RandomBytes.bytes(0).isEmpty)
        #expect(RandomBytes.bytes(300).count == 300)
        #expect(RandomBytes.hex(16).utf8.count == 32)
        #expect(RandomBytes.hex(16) != RandomBytes.hex(16))
        #expect(RandomBytes.hex(64).utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) })
    }
}
