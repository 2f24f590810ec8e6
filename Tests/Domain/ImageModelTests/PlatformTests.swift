import ContentDigest
import JSONText
import Testing

@testable import ImageModel

@Suite struct PlatformTests {
    @Test(arguments: [
        ("linux/amd64", "linux/amd64"), ("linux/x86_64", "linux/amd64"), ("Linux/AMD64", "linux/amd64"),
        ("linux/aarch64", "linux/arm64"), ("linux/arm64/v8", "linux/arm64"), ("linux/arm64/8", "linux/arm64"),
        ("linux/arm64/v9", "linux/arm64/v9"), ("linux/arm", "linux/arm/v7"), ("linux/arm/v7", "linux/arm/v7"),
        ("linux/arm/6", "linux/arm/v6"), ("linux/armhf", "linux/arm/v7"), ("linux/armel", "linux/arm/v6"),
        ("linux/i386", "linux/386"), ("linux/amd64/v1", "linux/amd64"), ("linux/amd64/v3", "linux/amd64/v3"),
        ("macos/arm64", "darwin/arm64"), ("windows/amd64", "windows/amd64"), ("linux/riscv64", "linux/riscv64"),
        ("s390x", "linux/s390x"), ("aarch64", "linux/arm64"), ("any/thing", "any/thing"),
    ])
    func parsesWhatUsersWrite(text: String, expected: String) throws {
        #expect(try Platform.parse(text).description == expected)
    }

    @Test(arguments: ["", "/", "linux/", "/amd64", "linux//v8", "a/b/c/d", "linux/am d64", "nonsense", "linux/ä"])
    func refusesWhatIsNoPlatform(text: String) {
        #expect { try Platform.parse(text) } throws: { ($0 as? ImageModelError)?.kind == .invalidPlatform }
    }

    @Test func knowsTheHostPlatform() throws {
        #expect(try Platform.parse("local") == Platform.host.normalized)
        #expect(try Platform.parse("linux") == Platform.host.normalized)
        #expect(Platform.host.matches(.host))
    }

    @Test(
        arguments: [
            ("x86_64", "amd64", nil), ("aarch64", "arm64", nil), ("armv7l", "arm", "v7"), ("armv6l", "arm", "v6"),
            ("armv5tel", "arm", "v5"), ("armv8l", "arm", "v8"), ("i686", "386", nil), ("ppc64le", "ppc64le", nil),
            ("s390x", "s390x", nil), ("riscv64", "riscv64", nil), ("loongarch64", "loong64", nil),
        ] as [(String, String, String?)])
    func namesMachinesAsGoDoes(machine: String, name: String, variant: String?) {
        #expect(Platform.normalizedArchitecture(machine) == (name, variant))
    }

    @Test(
        arguments: [
            ("linux/arm/v7", ["v7", "v6", "v5", nil]), ("linux/arm/v6", ["v6", "v5", nil]),
            ("linux/arm64/v8", [nil, "v8"]),
            ("linux/amd64", [nil]), ("linux/arm64", [nil, "v8"]), ("linux/arm", ["v7", "v6", "v5", nil]),
            ("linux/amd64/v3", ["v3", "v2", nil]), ("linux/arm64/v9", ["v9", nil]),
        ] as [(String, [String?])])
    func ranksCandidates(wanted: String, variants: [String?]) throws {
        #expect(try Platform.parse(wanted).candidates.map(\.variant) == variants)
    }

    private func entry(_ number: Int, _ platform: Platform?, zstd: Bool = false) -> Descriptor {
        Descriptor(
            mediaType: .ociManifest, digest: .sha256(of: [UInt8(number)]), size: Int64(number),
            annotations: zstd ? ["io.github.containers.compression.zstd": "true"] : nil, platform: platform)
    }

    private func arm(_ variant: String?) -> Platform {
        Platform(architecture: "arm", os: "linux", variant: variant)
    }

    @Test func selectsTheBestEntry() throws {
        let entries = [entry(0, arm("v5")), entry(1, arm("v7")), entry(2, arm("v6")), entry(3, arm(nil))]
        #expect(Platform.bestMatch(in: entries, wanted: arm("v7"))?.size == 1)
        #expect(Platform.bestMatch(in: entries, wanted: arm("v6"))?.size == 2)
        #expect(Platform.bestMatch(in: entries, wanted: arm(nil))?.size == 1)
        #expect(Platform.bestMatch(in: entries, wanted: arm("v4"))?.size == 3)
        #expect(try Platform.bestMatch(in: entries, wanted: .parse("linux/amd64")) == nil)
    }

    @Test func aPlatformWithoutMembersFitsAny() {
        let wanted = arm("v7")
        #expect(wanted.matches(Platform(architecture: "", os: "")))
        #expect(wanted.matches(Platform(architecture: "arm", os: "")))
        #expect(wanted.matches(Platform(architecture: "", os: "linux")))
        #expect(!wanted.matches(Platform(architecture: "amd64", os: "")))
        #expect(!wanted.matches(Platform(architecture: "unknown", os: "unknown")))
        let entries = [entry(0, Platform(architecture: "", os: "")), entry(1, arm("v5"))]
        #expect(Platform.bestMatch(in: entries, wanted: wanted)?.size == 1)
    }

    @Test func spellingsOfAPlatformAreEqual() {
        let amd = Platform(architecture: "amd64", os: "linux")
        #expect(amd.matches(Platform(architecture: "x86_64", os: "Linux", variant: "v1")))
        #expect(
            Platform(architecture: "arm64", os: "linux", variant: "v8").rank(
                of: Platform(
                    architecture: "aarch64", os: "linux")) == 0)
    }

    @Test func entriesWithoutPlatformComeLast() throws {
        let entries = [entry(0, nil), entry(1, Platform(architecture: "unknown", os: "unknown")), entry(2, arm("v7"))]
        #expect(Platform.bestMatch(in: entries, wanted: arm("v7"))?.size == 2)
        #expect(try Platform.bestMatch(in: entries, wanted: .parse("linux/amd64"))?.size == 0)
        #expect(Platform.bestMatch(in: [], wanted: arm("v7")) == nil)
    }

    @Test func prefersZstdAmongEqualsUnlessToldOtherwise() {
        let entries = [entry(0, arm("v7")), entry(1, arm("v7"), zstd: true), entry(2, arm("v6"), zstd: true)]
        #expect(Platform.bestMatch(in: entries, wanted: arm("v7"))?.size == 1)
        #expect(Platform.bestMatch(in: entries, wanted: arm("v7"), prefersGzip: true)?.size == 0)
        #expect(Platform.bestMatch(in: Array(entries.reversed()), wanted: arm("v7"), prefersGzip: true)?.size == 0)
        let equals = [entry(4, arm("v7")), entry(5, arm("v7"))]
        #expect(Platform.bestMatch(in: equals, wanted: arm("v7"))?.size == 4)
    }

    @Test func emptyMembersCountAsAbsent() throws {
        let text = Array(#"{"architecture":"amd64","os":"linux","variant":"","os.version":"","os.features":[]}"#.utf8)
        let platform = try JSONValueDecoder().decode(Platform.self, from: text)
        #expect(platform == Platform(architecture: "amd64", os: "linux"))
        #expect(try JSONValueEncoder().encode(platform).serializedString() == #"{"architecture":"amd64","os":"linux"}"#)
    }
}
