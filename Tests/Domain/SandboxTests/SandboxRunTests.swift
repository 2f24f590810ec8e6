import Glibc
import LinuxSystem
import Testing

@testable import Sandbox

/// Real containers, which need root and a static busybox.
@Suite(.enabled(if: TestRoot.isPossible))
struct SandboxRunTests {
    let root: TestRoot

    init() throws {
        root = try TestRoot()
    }

    @Test func outputAndExitCodeAreReturned() throws {
        let (status, output) = try root.run(["sh", "-c", "echo hello; exit 7"])
        #expect(status == .exited(7) && output == "hello\n")
    }

    @Test func processIsIsolatedAndRestricted() throws {
        let (_, output) = try root.run([
            "sh", "-c",
            "echo $$; hostname; id -u; grep -E 'CapEff|Seccomp:' /proc/self/status; ls -d /proc/[0-9]* | wc -l",
        ]) { $0.hostname = "box" }
        let lines = output.split(separator: "\n")
        #expect(lines.prefix(3) == ["1", "box", "0"])
        #expect(lines.contains("CapEff:\t00000000800405fb") && lines.contains("Seccomp:\t2"))
    }

    @Test func standardFileSystemsAreMountedInvisiblyToTheHost() throws {
        let (_, output) = try root.run(["cat", "/proc/self/mountinfo"])
        for place in ["/ ", "/proc ", "/sys ", "/dev ", "/dev/pts ", "/dev/shm ", "/dev/mqueue "] {
            #expect(output.contains(" \(place)"))
        }
        let table = String(decoding: try Files.readFile("/proc/self/mountinfo"), as: UTF8.self)
        #expect(!table.contains(root.path))
    }

    @Test func standardDevicesWork() throws {
        let (status, output) = try root.run([
            "sh", "-c", "echo x > /dev/null && head -c 3 /dev/zero | wc -c && ls /dev/fd/",
        ])
        #expect(status.isSuccess && output.hasPrefix("3\n0\n1\n2\n"))
    }

    @Test func mountPointsAreRemovedAfterwards() throws {
        let before = try Files.status(root.path + "/etc").modification
        let (_, output) = try root.run(["sh", "-c", "cat /etc/hosts /a/b/hosts; echo x > /kept"]) {
            $0.mounts = [.bind(root.hosts, at: "/etc/hosts"), .bind(root.hosts, at: "/a/b/hosts")]
        }
        #expect(output == "127.0.0.1 localhost\n127.0.0.1 localhost\n")
        #expect(try root.entries() == ["bin", "etc", "kept"])
        #expect(try Files.status(root.path + "/etc").modification == before)
        #expect(!Files.exists(root.path + "/etc/hosts"))
    }

    @Test func linksInTheImageCannotRedirectAMount() throws {
        try Files.symlink(target: "/../../../../../../../../tmp", at: root.path + "/evil")
        let (_, output) = try root.run(["sh", "-c", "cat /tmp/name; ls /evil"]) {
            $0.mounts = [.bind(root.hosts, at: "/evil/name")]
        }
        #expect(output == "127.0.0.1 localhost\nname\n")
        #expect(!Files.exists("/tmp/name"))
        try Files.symlink(target: "/etc", at: root.path + "/proc")
        let error = #expect(throws: SandboxError.self) { try root.run(["true"]) }
        #expect(error?.code == .setup)
    }

    @Test(
        arguments: [
            (["nosuch"], 127), (["/bin/nosuch"], 127), (["/etc"], 126), (["/script"], 127), (["/self"], 126),
        ] as [([String], Int32)])
    func commandsThatCannotRunHaveDistinctErrors(args: [String], code: Int32) throws {
        try root.write("script", "#!/no/interpreter\n", mode: 0o755)
        try root.write("self", "#!/proc/self/exe\n", mode: 0o755)
        let error = #expect(throws: SandboxError.self) { try root.run(args) }
        #expect(error?.exitCode == code)
    }

    @Test func otherUsersHaveNoCapabilities() throws {
        let (_, output) = try root.run(["sh", "-c", "id; grep CapEff /proc/self/status; umask"]) {
            $0.user = ProcessUser(uid: 1000, gid: 1001, additionalGIDs: [7], umask: 0o077)
            $0.capabilities = ProcessCapabilities(granted: .standard, added: [], uid: 1000)
        }
        #expect(output == "uid=1000 gid=1001 groups=7\nCapEff:\t0000000000000000\n0077\n")
    }

    @Test func noDescriptorsAreInherited() throws {
        let leak = try OwnedFD.open("/", O_RDONLY)
        let (_, output) = try root.run(["sh", "-c", "ls /proc/$$/fd; true"]) { _ in _ = leak.raw }
        #expect(output == "0\n1\n2\n")
        let error = #expect(throws: SandboxError.self) {
            try root.run(["pwd"]) { $0.workingDirectory = "/proc/self/fd/\(leak.raw)" }
        }
        #expect(error?.exitCode == 126)
    }

    @Test func initReapsProcessesAndPassesOnTheStatus() throws {
        let (status, output) = try root.run([
            "sh", "-c", "echo $$; sleep 100 & cat /proc/1/cmdline | tr -d '\\0'; exit 9",
        ]) {
            $0.useInit = true
        }
        #expect(status == .exited(9) && output == "2\ninit")
    }

    @Test func privateNetworkHasOnlyALoopbackDevice() throws {
        let (_, output) = try root.run(["ls", "/sys/class/net"]) { $0.network = .none }
        #expect(output == "lo\n")
    }

    @Test func sandboxesRunConcurrentlyInThreads() throws {
        let root = root
        let threads = try (0..<4).map { number in
            try PlainThread {
                for _ in 0..<3 {
                    let result = try? root.run(["sh", "-c", "exit \(number)"])
                    #expect(result?.status == .exited(Int32(number)))
                }
            }
        }
        threads.forEach { $0.join() }
    }

    @Test func preparationCanAccessTheNamespacesAndFail() throws {
        var names: [UInt8] = []
        let spec = root.spec(["true"])
        let status = try Sandbox.run(spec) { pid in names = try Files.readSymlink("/proc/\(pid)/ns/pid") }
        let own = try Files.readSymlink("/proc/self/ns/pid")
        #expect(status.isSuccess && !names.isEmpty && names != own)
        struct Refusal: Error {}
        #expect(throws: SandboxError.self) { try Sandbox.run(spec) { _ in throw Refusal() } }
    }

    @Test func overlayIsPrivateAndLeavesOnlyItsChanges() throws {
        let upper = root.base + "/upper"
        let work = root.base + "/work"
        let target = root.base + "/target"
        for directory in [upper, work, target] { try Files.makeDirectory(directory, mode: 0o755) }
        try Files.makeDirectory(root.path + "/run", mode: 0o755)
        var spec = root.spec(["sh", "-c", "echo changed > /new; cat /run/secret"])
        spec.rootfs = .overlay(
            lower: ["root"], upper: upper, work: work, target: target, workingDirectory: root.base, userXattr: false,
            volatile: true)
        spec.mounts = [.bind(root.hosts, at: "/run/secret")]
        #expect(try Sandbox.run(spec).isSuccess)
        #expect(try Files.entryNames(of: upper) == ["new"])
        #expect(try Files.entryNames(of: target) == [])
    }
}
