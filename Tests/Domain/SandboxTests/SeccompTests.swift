import Glibc
import LinuxSystem
import Testing

@testable import Sandbox

@Suite struct SeccompTests {
    static let allow: UInt32 = 0x7fff_0000
    static func error(_ number: UInt32) -> UInt32 { 0x0005_0000 | number }

    static func compiled(
        _ profile: SeccompProfile, _ capabilities: CapabilitySet = .standard
    ) throws -> FilterInterpreter {
        let context = SeccompContext(capabilities: capabilities, architecture: "amd64", kernel: "6.1.0")
        return FilterInterpreter(filter: try SeccompCompiler.compile(profile, for: context))
    }

    #if arch(x86_64)
        /// read, openat, mount, clone3, kexec_load, bpf, userfaultfd, acct, a number that does not exist
        @Test(
            arguments: [
                (0, allow), (257, allow), (165, allow), (435, allow), (246, error(1)), (321, error(1)),
                (323, error(1)), (163, error(1)), (4095, error(38)),
            ] as [(UInt32, UInt32)])
        func builtInProfileActsLikePodmans(number: UInt32, answer: UInt32) throws {
            #expect(try Self.compiled(.builtIn).answer(number) == answer)
        }

        @Test func capabilitiesAllowTheirSystemCalls() throws {
            let all = try Self.compiled(.builtIn, .all)
            for number: UInt32 in [321, 308, 163, 161, 304] {
                #expect(all.answer(number) == Self.allow)
            }
        }

        @Test func argumentConditionsAreEvaluated() throws {
            let filter = try Self.compiled(.builtIn)
            #expect(filter.answer(135, [0xffff_ffff]) == Self.allow)
            #expect(filter.answer(135, [0x8]) == Self.allow)
            #expect(filter.answer(135, [0x4]) == Self.error(38))
            #expect(filter.answer(41, [16, 3, 9]) == Self.error(22))
            #expect(filter.answer(41, [16, 3, 0]) == Self.allow)
            #expect(filter.answer(41, [2, 1, 0]) == Self.allow)
        }

        @Test func compatibleArchitecturesAreFiltered() throws {
            let filter = try Self.compiled(.builtIn)
            let i386: UInt32 = 0x4000_0003
            #expect(filter.answer(3, architecture: i386) == Self.allow)
            #expect(filter.answer(283, architecture: i386) == Self.error(1))
            #expect(filter.answer(0, architecture: 0xc000_00b7) == 0)
        }

        @Test(
            .enabled(if: Files.exists("/usr/share/containers/seccomp.json")),
            arguments: [
                CapabilitySet.standard, .all, [],
            ])
        func builtInProfileEqualsTheInstalledOne(capabilities: CapabilitySet) throws {
            let bytes = try Files.readFile("/usr/share/containers/seccomp.json")
            let theirs = try Self.compiled(SeccompProfile(parsing: bytes), capabilities)
            let ours = try Self.compiled(.builtIn, capabilities)
            for number: UInt32 in 0..<600 {
                for arguments: [UInt64] in [[], [16, 0, 9], [8], [0x20008, 9, 1]] {
                    #expect(
                        ours.answer(number, arguments) == theirs.answer(number, arguments), "\(number) \(arguments)")
                }
            }
        }
    #endif

    @Test(arguments: [
        "", "{", "[]", "{}", #"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{}]}"#,
        #"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"action":"SCMP_ACT_LOG","args":[{"index":9,"op":"SCMP_CMP_EQ"}]}]}"#,
        #"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"action":"SCMP_ACT_LOG","includes":{"caps":["CAP_X"]}}]}"#,
        #"{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":70000}"#,
    ])
    func malformedProfilesAreErrors(text: String) {
        #expect(throws: SandboxError.self) { try SeccompProfile(parsing: Array(text.utf8)) }
    }

    @Test func unknownActionsAndComparisonsAreErrors() {
        #expect(throws: SandboxError.self) {
            try Self.compiled(SeccompProfile(defaultAction: "SCMP_ACT_DANCE", rules: []))
        }
        let argument = SeccompProfile.Argument(index: 0, value: 0, valueTwo: 0, comparison: "SCMP_CMP_ODD")
        let rule = SeccompProfile.Rule(names: ["read"], action: "SCMP_ACT_LOG", arguments: [argument])
        #expect(throws: SandboxError.self) {
            try Self.compiled(SeccompProfile(defaultAction: "SCMP_ACT_ALLOW", rules: [rule]))
        }
    }

    @Test func kernelVersionsAreCompared() {
        var rule = SeccompProfile.Rule(names: [], action: "")
        rule.includes.minimumKernel = "4.8"
        let admits = { SeccompContext(capabilities: [], architecture: "amd64", kernel: $0).admits(rule) }
        #expect(admits("4.8.0-1") && admits("4.10.2") && admits("6.1") && !admits("4.7.99") && !admits("3.19"))
    }

    @Test func compiledFiltersAreCached() throws {
        let directory = "/tmp/sandbox-tests-\(RandomBytes.hex(8))"
        defer { try? Files.removeTree(directory) }
        let filters = SeccompFilters(cacheDirectory: directory)
        let first = try filters.filter(for: .standard, capabilities: .standard)
        let second = try filters.filter(for: .standard, capabilities: .standard)
        let other = try filters.filter(for: .standard, capabilities: .all)
        #expect(first == second && first != other && first?.isEmpty == false)
        #expect(try SeccompFilters(cacheDirectory: nil).filter(for: .unconfined, capabilities: []) == nil)
        #expect(throws: SandboxError.self) {
            try filters.filter(for: .profile(directory + "/none.json"), capabilities: [])
        }
    }
}
