import JSONText
import Testing

@testable import Sandbox

@Suite struct RuntimeSpecTests {
    @Test func specificationIsWrittenAsConfigJSON() throws {
        var spec = SandboxSpec(rootfs: .directory("/r"), args: ["sh", "-c", "true"], environment: ["A=b"])
        spec.hostname = "box"
        spec.readOnlyRoot = true
        spec.noNewPrivileges = true
        spec.network = .path("/run/netns/x")
        spec.user = ProcessUser(uid: 5, gid: 6, additionalGIDs: [7], umask: 0o27)
        spec.rlimits = [try ResourceLimit("nofile", soft: 1, hard: .max)]
        spec.mounts = [.bind("/src", at: "/dst", readOnly: true)]
        let json = spec.runtimeSpecJSON(facts: SandboxPlanTests.facts, seccomp: nil)

        #expect(json["ociVersion"] == "1.0.2" && json["hostname"] == "box")
        #expect(json["root"] == ["path": "/r", "readonly": true])
        #expect(json["process"]?["args"] == ["sh", "-c", "true"] && json["process"]?["env"] == ["A=b"])
        #expect(json["process"]?["user"] == ["uid": 5, "gid": 6, "umask": 0o27, "additionalGids": [7]])
        #expect(json["process"]?["noNewPrivileges"] == true)
        let limit: JSONValue = ["type": "RLIMIT_NOFILE", "hard": .integer(.max), "soft": 1]
        #expect(json["process"]?["rlimits"] == [limit])
        let mount: JSONValue = [
            "destination": "/dst", "type": "bind", "source": "/src", "options": ["rbind", "ro", "rprivate"],
        ]
        #expect(json["mounts"]?.array?.last == mount)
        let namespaces = json["linux"]?["namespaces"]?.array ?? []
        #expect(
            namespaces.contains(["type": "pid"]) && namespaces.contains(["type": "network", "path": "/run/netns/x"]))
        #expect(json["linux"]?["maskedPaths"]?.array?.contains("/proc/kcore") == true)
    }

    @Test func hostsSysIsBoundInsideAUserNamespace() {
        var facts = SandboxPlanTests.facts
        facts.isInitialUserNamespace = false
        let spec = SandboxPlanTests.spec()
        let shared = spec.runtimeSpecJSON(facts: facts, seccomp: nil)["mounts"]?.array ?? []
        #expect(shared.contains { $0["destination"] == "/sys" && $0["type"] == "bind" })
        var isolated = spec
        isolated.network = .none
        let own = isolated.runtimeSpecJSON(facts: facts, seccomp: nil)["mounts"]?.array ?? []
        #expect(own.contains { $0["destination"] == "/sys" && $0["type"] == "sysfs" })
    }

    @Test func seccompProfileContainsOnlyApplicableRules() throws {
        let context = SeccompContext(capabilities: .standard, architecture: "amd64", kernel: "6.1.0")
        let json = SeccompProfile.builtIn.runtimeSpecJSON(for: context, native: "SCMP_ARCH_X86_64")
        #expect(json["architectures"] == ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"])
        #expect(json["defaultErrnoRet"] == 38)
        let rules = json["syscalls"]?.array ?? []
        let bpf = rules.filter { $0["names"]?.array?.contains("bpf") == true }
        #expect(bpf.count == 1 && bpf.first?["action"] == "SCMP_ACT_ERRNO")
    }
}
