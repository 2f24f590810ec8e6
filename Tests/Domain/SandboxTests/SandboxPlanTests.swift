import CSandbox
import LinuxSystem
import Testing

@testable import Sandbox

@Suite struct SandboxPlanTests {
    static let facts = HostFacts(
        capabilities: .all, mapsTerminalGroup: true, canSetGroups: true, isInitialUserNamespace: true,
        hasUnifiedControlGroups: false)

    static func spec() -> SandboxSpec {
        SandboxSpec(rootfs: .directory("/r"), args: ["true"], environment: ["PATH=/bin:/usr/bin"])
    }

    /// An operation as the C side sees it.
    struct Operation {
        var code: UInt32
        var flags: UInt32
        var skip: Int
        var numbers: [UInt64]
        var texts: [String?]
    }

    static func operations(_ plan: SandboxPlan) -> [Operation] {
        plan.bytes.withUnsafeBytes { bytes in
            let header = bytes.loadUnaligned(as: sandbox_plan.self)
            #expect(Int(header.size) == bytes.count && bytes.last == 0)
            return (0..<Int(header.operation_count)).map { index in
                let offset = MemoryLayout<sandbox_plan>.size + index * MemoryLayout<sandbox_operation>.stride
                let raw = bytes.loadUnaligned(fromByteOffset: offset, as: sandbox_operation.self)
                let offsets = [raw.text.0, raw.text.1, raw.text.2, raw.text.3]
                return Operation(
                    code: UInt32(raw.code), flags: raw.flags, skip: Int(raw.skip),
                    numbers: [raw.number.0, raw.number.1, raw.number.2, raw.number.3],
                    texts: offsets.map { offset in
                        offset == 0 ? nil : String(decoding: bytes[Int(offset)...].prefix { $0 != 0 }, as: UTF8.self)
                    })
            }
        }
    }

    static func index(of code: sandbox_code, _ operations: [Operation]) -> Int? {
        operations.firstIndex { $0.code == code.rawValue }
    }

    @Test func planIsASingleBufferWithAllStrings() throws {
        let operations = Self.operations(Self.spec().plan(facts: Self.facts, filter: [UInt8](repeating: 0, count: 16)))
        #expect(
            operations.count
                == Self.spec().plan(facts: Self.facts, filter: [UInt8](repeating: 0, count: 16)).purposes.count)
        let root = try #require(operations.first { $0.code == SANDBOX_ROOT_DIRECTORY.rawValue })
        #expect(root.texts[0] == "/r")
        let execute = try #require(operations.last)
        #expect(execute.code == SANDBOX_EXECUTE.rawValue && execute.numbers == [2, 1, 1, 0])
        #expect(execute.texts == ["/bin/true", "true", "PATH=/bin:/usr/bin", nil])
        let filter = try #require(operations.first { $0.code == SANDBOX_SECCOMP.rawValue })
        #expect(filter.numbers[0] == 2)
    }

    @Test func privilegesAreDroppedInOrder() throws {
        var spec = Self.spec()
        let filter = [UInt8](repeating: 0, count: 8)
        let order: [sandbox_code] = [
            SANDBOX_PROPAGATION, SANDBOX_ROOT_DIRECTORY, SANDBOX_MASK, SANDBOX_READ_ONLY, SANDBOX_ENTER_ROOT,
            SANDBOX_CLOSE_DESCRIPTORS, SANDBOX_AWAIT_RELEASE, SANDBOX_SECCOMP, SANDBOX_BOUNDING, SANDBOX_USER,
            SANDBOX_CAPABILITIES, SANDBOX_EXECUTE,
        ]
        let operations = Self.operations(spec.plan(facts: Self.facts, filter: filter))
        let places = order.compactMap { Self.index(of: $0, operations) }
        #expect(places.count == order.count && places == places.sorted())

        spec.noNewPrivileges = true
        let strict = Self.operations(spec.plan(facts: Self.facts, filter: filter))
        let seccomp = try #require(Self.index(of: SANDBOX_SECCOMP, strict))
        #expect(strict[seccomp + 1].code == SANDBOX_EXECUTE.rawValue)
    }

    @Test func alternativesAreSkippedAfterASuccess() throws {
        let operations = Self.operations(Self.spec().plan(facts: Self.facts, filter: nil))
        let index = try #require(operations.firstIndex { $0.texts[0] == "/proc" })
        #expect(operations[index].skip == 1 && operations[index].flags & UInt32(SANDBOX_OPTIONAL.rawValue) != 0)
        #expect(operations[index + 1].code == SANDBOX_BIND.rawValue)
        #expect(operations[index + 1].flags & UInt32(SANDBOX_OPTIONAL.rawValue) == 0)
    }

    @Test func sourcesAreOpenedBeforeTheRootIsMounted() throws {
        var spec = Self.spec()
        spec.mounts = [.bind("/b", at: "/x/y/z"), .bind("/a", at: "/x")]
        let operations = Self.operations(spec.plan(facts: Self.facts, filter: nil))
        let opened = operations.filter { $0.code == SANDBOX_OPEN_TREE.rawValue }
        #expect(opened.map { $0.texts[0] } == ["/a", "/b"])
        let root = try #require(Self.index(of: SANDBOX_ROOT_DIRECTORY, operations))
        #expect(try #require(Self.index(of: SANDBOX_OPEN_TREE, operations)) < root)
        let bound = operations.filter { $0.code == SANDBOX_BIND.rawValue && $0.numbers[2] > 0 }
        #expect(bound.map { $0.texts[0] } == ["/x", "/x/y/z"] && bound.map { $0.numbers[2] } == [1, 2])
    }

    @Test func resolvedPathsArePassedAsDescriptors() throws {
        var spec = Self.spec()
        let handle = try PathHandle(trusting: "/tmp")
        spec.mounts = [.bind(handle, as: "a name", at: "/x")]
        let operations = Self.operations(spec.plan(facts: Self.facts, filter: nil))
        #expect(Self.index(of: SANDBOX_OPEN_TREE, operations) == nil)
        let bound = try #require(operations.first { $0.code == SANDBOX_BIND.rawValue && $0.texts[0] == "/x" })
        #expect(bound.numbers[3] == UInt64(handle.fd) + 1 && bound.texts[1] == nil)
    }

    @Test func sysKernelIsHiddenIfItWouldShowTheHosts() {
        var facts = Self.facts
        var spec = Self.spec()
        #expect(!spec.hiddenPaths(facts).contains("/sys/kernel"))
        facts.isInitialUserNamespace = false
        #expect(spec.hiddenPaths(facts).contains("/sys/kernel"))
        spec.network = .none
        #expect(!spec.hiddenPaths(facts).contains("/sys/kernel"))
        #expect(spec.hiddenPaths(facts).contains("/proc/interrupts"))
    }

    @Test func customMountReplacesStandardMounts() {
        var spec = Self.spec()
        spec.mounts = [.bind("/dev", at: "/dev"), .tmpfs(at: "/sys")]
        let left = spec.standardMounts(Self.facts).map(\.mount.destination)
        #expect(left == ["/proc"])
        let operations = Self.operations(spec.plan(facts: Self.facts, filter: nil))
        #expect(Self.index(of: SANDBOX_NODE, operations) == nil)
    }

    @Test func groupsAreUnchangedIfTheyCannotBeSet() {
        var facts = Self.facts
        facts.canSetGroups = false
        facts.mapsTerminalGroup = false
        let operations = Self.operations(Self.spec().plan(facts: facts, filter: nil))
        #expect(Self.index(of: SANDBOX_GROUPS, operations) == nil)
        #expect(!Self.spec().standardMounts(facts).contains { $0.mount.data.contains("gid=5") })
    }

    @Test func commandsAreLookedUpInTheContainersPath() {
        var spec = Self.spec()
        #expect(spec.commandCandidates == ["/bin/true", "/usr/bin/true"])
        spec.args = ["./x"]
        #expect(spec.commandCandidates == ["./x"])
        spec.args = ["x"]
        spec.environment = []
        #expect(spec.commandCandidates == [])
    }

    @Test(arguments: [0, 1, 2, 3, 4, 5, 6])
    func invalidSpecificationsAreRejected(variant: Int) {
        var spec = Self.spec()
        switch variant {
        case 0: spec.args = []
        case 1: spec.workingDirectory = "relative"
        case 2: spec.mounts = [.tmpfs(at: "relative")]
        case 3: spec.user.uid = .max
        case 4: spec.args.append("a\0b")
        case 5: spec.devices = [SandboxDevice(path: "/etc/passwd", major: 1, minor: 3)]
        default: spec.sysctls = [("../x", "1")]
        }
        #expect(throws: SandboxError.self) { try spec.validate() }
    }

    @Test func errorMessagesEqualThoseOfRuntimes() {
        let searched = OperationPurpose.command("foo", isSearched: true).failure(errno: 2, detail: 0)
        #expect(searched.message == "executable file `foo` not found in $PATH: No such file or directory")
        #expect(searched.exitCode == 127)
        let refused = OperationPurpose.command("/foo", isSearched: false).failure(errno: 13, detail: 0)
        #expect(refused.exitCode == 126)
        let mount = OperationPurpose.mount("tmpfs", at: "/x").failure(errno: 1, detail: 0)
        #expect(mount.message == "mount tmpfs at /x: Operation not permitted" && mount.exitCode == 125)
    }
}
