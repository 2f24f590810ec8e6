import Testing

@testable import LinuxSystem

@Suite struct IDMappingTests {
    let rootless = IDMapping([
        .init(containerID: 0, hostID: 1001, size: 1), .init(containerID: 1, hostID: 100000, size: 65536),
    ])

    @Test func idsAreTranslatedInBothDirections() {
        #expect(rootless.toHost(0) == 1001)
        #expect(rootless.toHost(1) == 100000)
        #expect(rootless.toHost(65536) == 165535)
        #expect(rootless.toHost(65537) == nil)
        #expect(rootless.toContainer(1001) == 0)
        #expect(rootless.toContainer(165535) == 65536)
        #expect(rootless.toContainer(0) == nil)
        #expect(rootless.count == 65537)
    }

    @Test func kernelFormatIsReadAndWritten() {
        #expect(IDMapping(parsing: "         0       1001          1\n         1     100000      65536\n") == rootless)
        #expect(rootless.text == "0 1001 1\n1 100000 65536\n")
        #expect(IDMapping(parsing: "0 0 4294967295\n")?.isIdentity == true)
        #expect(IDMapping(parsing: "") == IDMapping([]))
        #expect(IDMapping(parsing: "0 0") == nil)
        #expect(!rootless.isIdentity)
    }

    @Test func invalidRangesDoNotOverflow() {
        let wild = IDMapping([.init(containerID: 5, hostID: .max, size: .max)])
        #expect(wild.toHost(5) == .max)
        #expect(wild.toHost(6) == nil)
        #expect(wild.toContainer(.max) == 5)
        #expect(IDMapping.identity.toHost(4_294_967_294) == 4_294_967_294)
    }
}

@Suite struct SubordinateIDsTests {
    @Test func entriesAreFoundByNameAndByNumber() {
        let text = """
            # comment
            other:1:2
            ann:200000:10
            1001:100000:65536
            ann:broken:1
            ann:5
            :7:7
            ann:4294967295:2
            ann:300000:0
            """
        let found = SubordinateIDs.parse(text, user: "ann", uid: 1001)
        #expect(found == [.init(start: 200000, count: 10), .init(start: 100000, count: 65536)])
        #expect(SubordinateIDs.parse(text, user: nil, uid: 1001) == [.init(start: 100000, count: 65536)])
        #expect(SubordinateIDs.parse(text, user: "bob", uid: 7).isEmpty)
    }

    @Test func missingFileProvidesNoRanges() throws {
        #expect(try SubordinateIDs.read(path: "/no/such/file", user: "ann", uid: 1).isEmpty)
    }

    @Test func rangesAreMappedFromOneLowestFirst() {
        let map = SubordinateIDs.layOut(
            owner: 1001, ranges: [.init(start: 500000, count: 10), .init(start: 100000, count: 65536)],
            available: .identity)
        #expect(map.text == "0 1001 1\n1 100000 65536\n65537 500000 10\n")
    }

    @Test func usedAndUnavailableIDsAreSkipped() {
        let own = SubordinateIDs.layOut(owner: 1001, ranges: [.init(start: 1000, count: 4)], available: .identity)
        #expect(own.text == "0 1001 1\n1 1000 1\n2 1002 2\n")
        let overlapping = SubordinateIDs.layOut(
            owner: 1, ranges: [.init(start: 100, count: 10), .init(start: 105, count: 10)], available: .identity)
        #expect(overlapping.text == "0 1 1\n1 100 10\n11 110 5\n")
        let container = IDMapping([.init(containerID: 0, hostID: 7, size: 1000)])
        let clipped = SubordinateIDs.layOut(
            owner: 1, ranges: [.init(start: 990, count: 100), .init(start: 100000, count: 5)], available: container)
        #expect(clipped.text == "0 1 1\n1 990 10\n")
    }

    @Test func rangesBeyondTheKernelLimitAreDropped() {
        let ranges = (0..<500).map { SubordinateIDs.Range(start: 1000 + $0 * 10, count: 1) }
        #expect(SubordinateIDs.layOut(owner: 1, ranges: ranges, available: .identity).ranges.count == 340)
    }
}
