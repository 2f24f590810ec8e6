import Glibc
import LinuxSystem
import Sandbox
import Testing

@testable import WorkingContainers

@Suite struct WorkingDirectoryTests {
    private let tree: CopyTree

    init() throws {
        tree = try CopyTree()
    }

    private func prepare(
        _ path: String, _ whenMissing: WorkingDirectory.WhenMissing, mounts: [SandboxMount] = []
    ) throws {
        try WorkingDirectory.prepare(
            path, whenMissing: whenMissing, mounts: mounts, in: tree.rootfs, uid: getuid(), gid: getgid())
    }

    @Test func missingDirectoryIsCreated() throws {
        try prepare("/a/b", .make)
        #expect(try tree.status("a/b").mode & 0o7777 == 0o755)
        try prepare("/a/b", .make)
        try prepare("/", .make)
    }

    @Test func linkIsResolvedInsideTheRoot() throws {
        try Files.symlink(target: "/../../target", at: "\(tree.rootfs)/link")
        try prepare("/link/below", .make)
        #expect(try tree.status("target/below").kind == .directory)
    }

    @Test func missingDirectoryIsRejectedIfExplicit() throws {
        let error = #expect(throws: SandboxError.self) { try prepare("/a/b", .refuse) }
        #expect(error?.exitCode == 126)
        #expect(error?.message == "workdir \"/a/b\" does not exist on container")
        #expect(!Files.exists("\(tree.rootfs)/a"))
        try tree.directory("\(tree.rootfs)/a/b")
        try prepare("/a/b", .refuse)
        try prepare("/", .refuse)
    }

    @Test(arguments: [WorkingDirectory.WhenMissing.make, .refuse])
    func fileIsAnError(whenMissing: WorkingDirectory.WhenMissing) throws {
        try tree.file("\(tree.rootfs)/file")
        let error = #expect(throws: SandboxError.self) { try prepare("/file", whenMissing) }
        #expect(error?.exitCode == 126)
        #expect(error?.message.contains("workdir \"/file\"") == true)
    }

    @Test func mountedDirectoriesAreConsidered() throws {
        let mounts = [SandboxMount.bind(tree.source, at: "/data/in")]
        for path in ["/data/in", "/data/in/below", "/data"] { try prepare(path, .refuse, mounts: mounts) }
        #expect(throws: SandboxError.self) { try prepare("/data/inner", .refuse, mounts: mounts) }
        try prepare("/data/in/below", .make, mounts: mounts)
        #expect(!Files.exists("\(tree.rootfs)/data"))
        // Else what the sandbox makes on the way to the mount would be root's.
        try prepare("/data", .make, mounts: mounts)
        #expect(Files.exists("\(tree.rootfs)/data"))
    }
}
