import Glibc
import Testing

@testable import LinuxSystem

@Suite struct TemporaryDirectoryTests {
    /// A directory of the test's own.
    private func withPlace(_ body: (String) throws -> Void) throws {
        let place = "/tmp/temporary-directory-test.\(RandomBytes.hex(8))"
        try Files.makeDirectory(place, mode: 0o700)
        defer { try? Files.removeTree(place) }
        try body(place)
    }

    private func names(in place: String) throws -> Set<String> {
        Set(try Files.entries(ofDirectory: place).map(\.text))
    }

    @Test func removedWithItsValue() throws {
        try withPlace { place in
            var directory: LinuxSystem.TemporaryDirectory? = try LinuxSystem.TemporaryDirectory(in: place, named: "x-")
            let path = try #require(directory?.path)
            #expect(try Files.status(path).permissions == 0o700)
            try Files.makeDirectory("\(path)/below", mode: 0o700)
            withExtendedLifetime(directory) {}
            directory = nil
            #expect(try names(in: place).isEmpty)
        }
    }

    @Test func sweepsOnlyWhatNobodyUses() throws {
        try withPlace { place in
            let used = try LinuxSystem.TemporaryDirectory(in: place, named: "x-")
            let kept = ["x-0123456789abcde", "x-0123456789ABCDEF", "y-0123456789abcdef", "x-00000000000000aa"]
            for name in kept.dropLast() + ["x-0123456789abcdef"] {
                try Files.makeDirectory("\(place)/\(name)", mode: 0o700)
            }
            // One that others may read is not one of ours.
            try Files.makeDirectory("\(place)/\(kept[3])", mode: 0o755)
            chmod("\(place)/\(kept[3])", 0o755)
            symlink("/etc", "\(place)/x-ffffffffffffffff")
            LinuxSystem.TemporaryDirectory.sweep(place, named: "x-")
            let own = String(used.path.dropFirst(place.count + 1))
            #expect(try names(in: place) == Set(kept + [own, "x-ffffffffffffffff"]))
        }
    }

    @Test func silentProgramsAreKilledWithTheirChildren() throws {
        let error = #expect(throws: LinuxError.self) {
            try ChildProcess.run(
                ["sh", "-c", "echo begun; sleep 987654 & wait"], captureOutput: true, silenceLimit: 1)
        }
        #expect(error?.code == ETIMEDOUT)
        let result = try ChildProcess.run(["sh", "-c", "sleep 0.1; echo done"], captureOutput: true, silenceLimit: 30)
        #expect(result.output == Array("done\n".utf8))
        #expect(
            ProcessTree.descendants(of: getpid()).allSatisfy { process in
                let command = (try? Files.readFile("/proc/\(process)/cmdline")) ?? []
                return !String(decoding: command, as: UTF8.self).contains("987654")
            })
    }
}
