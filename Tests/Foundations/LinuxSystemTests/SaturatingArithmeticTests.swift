import LinuxSystem
import Testing

@Suite struct SaturatingArithmeticTests {
    @Test func resultsAreClampedToTheRange() {
        #expect(Int64.max.addingSaturated(1) == .max)
        #expect(Int64.min.addingSaturated(-1) == .min)
        #expect(Int64.max.addingSaturated(.min) == -1)
        #expect(Int64.min.subtractingSaturated(1) == .min)
        #expect(Int64.max.subtractingSaturated(-1) == .max)
        #expect(Int64(0).subtractingSaturated(.min) == .max)
        #expect(UInt8(250).addingSaturated(10) == 255)
        #expect(UInt8(5).subtractingSaturated(10) == 0)
        #expect(Int(3).addingSaturated(4) == 7)
    }

    @Test func negativeSizesAreIgnored() {
        #expect([Int64.max, .max].sumOfSizes() == .max)
        #expect([5, -7, Int64.min, 6].sumOfSizes() == 11)
        #expect([Int64]().sumOfSizes() == 0)
    }
}
