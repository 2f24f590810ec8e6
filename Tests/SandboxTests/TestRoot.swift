import Glibc
import LinuxSystem
import Testing

@testable import Sandbox

/// A root file system of a static busybox in a temporary directory.
final class TestRoot: Sendable {
    let base = "/tmp/sandbox-tests-\(RandomBytes.hex(8))"
    var path: String { base + "/root" }
    var hosts: String { base + "/hosts" }

    init() throws {
        for directory in ["", "/root", "/root/bin", "/root/etc"] {
            try Files.makeDirectory(base + directory, mode: 0o755)
        }
        let source = try OwnedFD.open("/bin/busybox", O_RDONLY)
        let copy = try OwnedFD.open(path + "/bin/busybox", O_WRONLY | O_CREAT, mode: 0o755)
        try Files.cloneOrCopy(from: source, to: copy)
        for name in ["sh", "cat", "ls", "id", "grep", "hostname", "wc", "head", "sleep", "true", "tr", "pwd"] {
            try Files.symlink("busybox", at: "\(path)/bin/\(name)")
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
        #expect(pipe2(&ends, O_CLOEXEC) == 0)
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
