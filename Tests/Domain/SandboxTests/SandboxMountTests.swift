import Testing

@testable import Sandbox

@Suite struct SandboxMountTests {
    @Test func bindOptionsAreParsed() throws {
        let mount = try SandboxMount(
            type: "bind", source: "/src", destination: "/dst", options: ["rbind", "ro", "nosuid", "rslave"])
        #expect(mount.source == .bind("/src") && mount.isRecursive)
        #expect(mount.attributes == [.readOnly, .noSuid] && mount.propagation == .slave)
    }

    @Test func lastOfContradictingOptionsWins() throws {
        let mount = try SandboxMount(
            type: "bind", source: "/s", destination: "/d", options: ["ro", "rw", "rbind", "bind"])
        #expect(mount.attributes.isEmpty && !mount.isRecursive)
    }

    @Test func fileSystemOptionsAreSeparatedFromMountFlags() throws {
        let mount = try SandboxMount(
            type: "tmpfs", source: "tmpfs", destination: "/t", options: ["nodev", "size=1m", "mode=1777"])
        #expect(mount.data == ["size=1m", "mode=1777"] && mount.attributes == .noDevices)
    }

    @Test func unknownBindOptionsAreErrors() {
        #expect(throws: SandboxError.self) {
            try SandboxMount(type: "bind", source: "/s", destination: "/d", options: ["size=1m"])
        }
        #expect(throws: SandboxError.self) {
            try SandboxMount(type: "bind", source: "", destination: "/d", options: [])
        }
    }

    @Test(arguments: [
        "size=x", "size=", "size=1m,exec", "mode=999", "mode=", "uid=-1", "huge=yes", "usrquota", "lowerdir=/",
        "nr_inodes=1:2",
    ]) func unknownFileSystemOptionsAreRejected(option: String) {
        #expect(throws: SandboxError.self) {
            try SandboxMount(type: "tmpfs", source: "tmpfs", destination: "/t", options: [option])
        }
    }

    @Test(arguments: ["size=10%", "size=64m", "mode=01777", "uid=1000", "huge=advise", "nr_inodes=1k", "noswap"])
    func tmpfsOptionsAreAccepted(option: String) throws {
        let mount = try SandboxMount(type: "tmpfs", source: "tmpfs", destination: "/t", options: [option])
        #expect(mount.data == [option])
    }

    @Test func optionsSurviveARoundTrip() throws {
        let options = ["rbind", "ro", "noexec", "rprivate"]
        let mount = try SandboxMount(type: "bind", source: "/s", destination: "/d", options: options)
        #expect(mount.runtimeOptions == options)
    }

    @Test func overlayOptionsEscapeSeparators() {
        let overlay = OverlayRoot(
            lower: ["a:b", "c,d"], upper: "/u,p", work: "/w", target: "/t", workingDirectory: "/", userXattr: true,
            volatile: true)
        #expect(
            overlay.optionString == #"lowerdir=a\:b:c\,d,upperdir=/u\,p,workdir=/w,userxattr,volatile"#)
    }

    @Test func manyLayersExceedOneString() {
        let lower = (0..<400).map { "layers/\($0)/diff" }
        let overlay = OverlayRoot(
            lower: lower, upper: "/store/u", work: "/store/w", target: "/t", workingDirectory: "/store",
            userXattr: false, volatile: false)
        #expect(overlay.optionString == nil)
        #expect(overlay.optionList.prefix(2) == ["lowerdir+=layers/0/diff", "lowerdir+=layers/1/diff"])
        #expect(overlay.optionList.suffix(2) == ["upperdir=u", "workdir=w"])
    }

    @Test func readOnlyOverlayHasNoUpperDirectory() {
        let overlay = OverlayRoot(
            lower: ["a", "b"], upper: nil, work: nil, target: "/t", workingDirectory: "/", userXattr: false,
            volatile: true)
        #expect(overlay.optionString == "lowerdir=a:b")
    }
}
