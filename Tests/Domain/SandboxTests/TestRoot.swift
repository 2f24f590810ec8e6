import Glibc
import LinuxSystem

@testable import Sandbox

/// A root file system of a static busybox in a temporary directory.
final class TestRoot: Sendable {
    let base = "/tmp/sandbox-tests-\(RandomBytes.hex(8))"
    var path: String { base + "/root" }
    var hosts: String { base + "/hosts" }

    /// Whether this machine and user can run containers of this kind.
    static var isPossible: Bool {
        let needed = CapabilitySet(name: "SYS_ADMIN") ?? .all
        let held = (try? HostFacts.read())?.capabilities ?? []
        return getuid() == 0 && held.isSuperset(of: needed) && Files.exists("/bin/busybox")
    }

    init() throws {
        for directory in ["", "/root", "/root/bin", "/root/etc"] {
            try Files.makeDirectory(base + directory, mode: 0o755)
        }
        let source = try OwnedFD.open("/bin/busybox", O_RDONLY)
        let copy = try OwnedFD.open(path + "/bin/busybox", O_WRONLY | O_CREAT, mode: 0o755)
        try Files.cloneOrCopy(from: source, to: copy)
        for name in ["sh", "cat", "ls", "id", "grep", "hostname", "wc", "head", "sleep", "true", "tr", "pwd"] {
            try Files.symlink(target: "busybox", at: "\(path)/bin/\(name)")
        }
        try Files.replaceFile(hosts, with: Array("127.0.0.1 localhost\n".utf8), mode: 0o644)
    }

    deinit {
        try? Files.removeTree(base)
    }

    func write(_ name: String, _ text: String, mode: UInt32) throws {
        try Files.replaceFile("\(path)/\(name)", with: Array(text.utf8), mode: mode)
    }

    func entries() throws -> [String] {
        try Files.entryNames(of: path)
    }

    func spec(_ args: [String]) -> SandboxSpec {
        SandboxSpec(rootfs: .directory(path), args: args, environment: ["PATH=/bin"])
    }

    /// Runs to the end; the output must fit into a pipe.
    func run(
        _ args: [String], _ change: (inout SandboxSpec) -> Void = { _ in }
    ) throws -> (status: ExitStatus, output: String) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw LinuxError("pipe", code: errno) }
        let reader = OwnedFD(adopting: ends[0])
        let writer = OwnedFD(adopting: ends[1])
        var spec = spec(args)
        spec.stdio = StandardStreams(input: .null, output: .descriptor(writer.raw))
        change(&spec)
        let status = try Sandbox.run(spec, cacheDirectory: base + "/cache")
        writer.close()
        return (status, String(decoding: try reader.readAll(limit: 1 << 20), as: UTF8.self))
    }
}

extension Files {
    /// Sorted names in a directory.
    static func entryNames(of path: String) throws -> [String] {
        let directory = try OwnedFD.open(path, O_RDONLY | O_DIRECTORY)
        return try entries(of: directory).map { entry in
            entry.name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        }.sorted()
    }
}
