import Testing

@testable import Sandbox

@Suite struct SecurityOptionsTests {
    @Test func optionsAreParsed() throws {
        let options = try SecurityOptions.parse([
            "seccomp=/p.json", "no-new-privileges", "label=disable", "apparmor=unconfined", "mask=/a:/b",
        ])
        #expect(options.seccomp == .profile("/p.json"))
        #expect(options.noNewPrivileges)
        #expect(options.labels == ["disable"] && options.apparmor == "unconfined")
        #expect(options.maskedPaths == SandboxSpec.standardMaskedPaths + ["/a", "/b"])
    }

    @Test func lastSeccompOptionWins() throws {
        #expect(try SecurityOptions.parse(["seccomp=/p.json", "seccomp=unconfined"]).seccomp == .unconfined)
    }

    @Test(arguments: [("true", true), ("1", true), ("false", false)])
    func noNewPrivilegesAcceptsABoolean(text: String, value: Bool) throws {
        #expect(try SecurityOptions.parse(["no-new-privileges=\(text)"]).noNewPrivileges == value)
    }

    @Test(arguments: ["nonsense", "what=ever", "no-new-privileges=perhaps", ""])
    func unknownOptionsAreRejected(option: String) {
        #expect(throws: SandboxError.self) { try SecurityOptions.parse([option]) }
    }

    @Test func unmaskAcceptsPathsPatternsAndAll() throws {
        let one = try SecurityOptions.parse(["unmask=/proc/kcore:/proc/sys"])
        #expect(!one.maskedPaths.contains("/proc/kcore") && one.maskedPaths.contains("/proc/keys"))
        #expect(!one.readonlyPaths.contains("/proc/sys") && one.readonlyPaths.contains("/proc/irq"))
        let pattern = try SecurityOptions.parse(["unmask=/proc/*"])
        #expect(pattern.maskedPaths.allSatisfy { $0.hasPrefix("/sys") } && pattern.readonlyPaths.isEmpty)
        let all = try SecurityOptions.parse(["unmask=ALL"])
        #expect(all.maskedPaths.isEmpty && all.readonlyPaths.isEmpty)
    }

    @Test func ulimitsAreParsed() throws {
        let limit = try ResourceLimit(parsing: "nofile=1024:2048")
        #expect(limit.name == "nofile" && limit.soft == 1024 && limit.hard == 2048 && limit.resource == 7)
        #expect(try ResourceLimit(parsing: "core=-1").hard == .max)
        #expect(try ResourceLimit("RLIMIT_CORE", soft: 0, hard: 0).name == "core")
    }

    @Test(arguments: ["nofile", "nofile=", "nofile=2:1", "nothing=1", "nofile=1:2:3", "nofile=x"])
    func invalidLimitsAreErrors(text: String) {
        #expect(throws: SandboxError.self) { try ResourceLimit(parsing: text) }
    }
}
