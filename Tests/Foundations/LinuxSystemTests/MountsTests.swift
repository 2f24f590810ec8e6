import CLinux
import Glibc
import Synchronization
import Testing

@testable import LinuxSystem

@Suite struct OverlayOptionsTests {
    @Test func separatorsInPathsAreEscaped() {
        let mount = OverlayMount(
            lower: ["a:b", "c,d", "e\\f"], upper: "u:p", work: "w", options: ["userxattr", "volatile"], target: "/t")
        #expect(
            mount.text == #"lowerdir=a\:b:c\,d:e\\f,upperdir=u\:p,workdir=w,userxattr,volatile"#)
    }
}

/// Each test runs on a thread of its own in a mount namespace of its own.
@Suite(.enabled(if: linux_effective_capabilities() & (1 << 21) != 0)) struct MountsTests {
    let temporary: TemporaryDirectory

    init() throws {
        temporary = try TemporaryDirectory()
    }

    private func inNamespace(_ body: @escaping @Sendable () throws -> Void) throws {
        let failure = Failure()
        let thread = try PlainThread {
            do {
                try Mounts.unshareMountNamespace()
                try Mounts.makePrivate("/", recursive: true)
                try body()
            } catch {
                failure.error.withLock { $0 = error }
            }
        }
        thread.join()
        if let error = failure.error.withLock({ $0 }) { throw error }
    }

    private final class Failure: Sendable {
        let error = Mutex<(any Error)?>(nil)
    }

    /// Makes lower directories that each hold one file with their own name, on a file system that overlay accepts.
    private static func makeLayers(_ root: String, _ names: [String]) throws {
        try Mounts.mount(source: "tmpfs", target: root, type: "tmpfs")
        for name in names + ["upper", "work", "merged"] { try Files.makeDirectories(root + "/" + name) }
        for name in names {
            try Files.replaceFile("\(root)/\(name)/own-\(name.count)", with: Array(name.utf8), synchronize: false)
        }
    }

    @Test func pathsWithSeparatorsAreMounted() throws {
        let root = temporary.path
        try inNamespace {
            let lower = ["one:1", "two,,22", #"three\333"#]
            try Self.makeLayers(root, lower + ["up:per,"])
            try Mounts.overlay(
                lower: lower, upper: root + "/up:per,", work: root + "/work", target: root + "/merged",
                workingDirectory: root, userXattr: true, volatile: true)
            for name in lower { #expect(Files.exists("\(root)/merged/own-\(name.count)")) }
            try Files.replaceFile(root + "/merged/new", with: [], synchronize: false)
            #expect(Files.exists(root + "/up:per,/new"))
            #expect(try Mounts.isMountPoint(root + "/merged"))
            try Mounts.unmount(root + "/merged")
            #expect(try !Mounts.isMountPoint(root + "/merged"))
        }
    }

    @Test(arguments: [60, 255, 400]) func layersBeyondOnePageOfOptionsAreMounted(length: Int) throws {
        let root = temporary.path
        try inNamespace {
            // Past 255 bytes the new mount interface cannot take a path either.
            let parent = length > 255 ? String(repeating: "p", count: 200) + "/" : ""
            let lower = (0..<100).map { index in
                parent + String(repeating: "l", count: length - parent.count - 3) + "\(100 + index)"
            }
            try Self.makeLayers(root, lower)
            try Mounts.overlay(
                lower: lower, upper: "upper", work: "work", target: root + "/merged", workingDirectory: root,
                userXattr: false, volatile: false)
            #expect(try Files.readFile("\(root)/merged/own-\(length)") == Array(lower[0].utf8))
            try Files.replaceFile(root + "/merged/new", with: [], synchronize: false)
            #expect(Files.exists(root + "/upper/new"))
        }
    }

    @Test func overlayWithoutAnUpperDirectoryIsReadOnly() throws {
        let root = temporary.path
        try inNamespace {
            try Self.makeLayers(root, ["a", "bb"])
            for lower in [["a"], ["a", "bb"]] {
                try Mounts.overlay(
                    lower: lower, upper: nil, work: nil, target: root + "/merged", workingDirectory: root,
                    userXattr: false, volatile: true)
                #expect(Files.exists(root + "/merged/own-1"))
                #expect(throws: LinuxError.self) { try Files.makeDirectory(root + "/merged/new") }
                try Mounts.unmount(root + "/merged", detach: true)
            }
        }
    }

    @Test func failureNamesTheTarget() throws {
        let root = temporary.path
        try inNamespace {
            let error = #expect(throws: LinuxError.self) {
                try Mounts.overlay(
                    lower: ["no", "such"], upper: nil, work: nil, target: root, workingDirectory: root,
                    userXattr: false,
                    volatile: false)
            }
            #expect(error?.description == "mount overlay on \(root): no such file or directory")
        }
    }

    @Test func bindMountsCanBeRecursivelyReadOnly() throws {
        let root = temporary.path
        try inNamespace {
            try Self.makeLayers(root, ["a/b"])
            try Mounts.mount(source: "tmpfs", target: root + "/a/b", type: "tmpfs")
            try Mounts.bind(from: root + "/a", to: root + "/merged", readOnly: true)
            let error = #expect(throws: LinuxError.self) { try Files.makeDirectory(root + "/merged/b/c") }
            #expect(error?.code == EROFS)
            try Files.makeDirectory(root + "/a/b/c")
            #expect(try Mounts.isMountPoint(root + "/merged/b"))
        }
    }
}
