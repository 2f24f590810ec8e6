import Glibc
import LinuxSystem
import Testing

@Suite struct TreeRemovalTests {
    let temporary: TemporaryDirectory

    init() throws {
        temporary = try TemporaryDirectory(inMemory: true)
    }

    @Test func missingTreesAreIgnoredAndFilesAreRemoved() throws {
        try Files.removeTree(temporary("no"))
        try Files.removeTree(temporary("no/such"))
        try temporary.write("f", "")
        try Files.removeTree(temporary("f"))
        #expect(!Files.exists(temporary("f")))
    }

    @Test func linksAreRemovedAndNotFollowed() throws {
        try Files.makeDirectories(temporary("outside/kept"))
        try Files.makeDirectories(temporary("tree/inner"))
        try Files.symlink(target: "../outside", at: temporary("tree/a"))
        try Files.symlink(target: temporary("outside"), at: temporary("tree/inner/b"))
        try Files.removeTree(temporary("tree"))
        #expect(!Files.exists(temporary("tree")))
        try Files.symlink(target: "outside", at: temporary("link"))
        try Files.removeTree(temporary("link"))
        #expect(Files.exists(temporary("outside/kept")))
    }

    @Test func directoriesWithoutPermissionsAreRemoved() throws {
        try Files.makeDirectories(temporary("tree/a/b"))
        try temporary.write("tree/a/b/f", "")
        for name in ["tree/a/b", "tree/a", "tree"] {
            try Files.changeMode(at: Files.currentDirectory, temporary(name), mode: 0)
        }
        try Files.removeTree(temporary("tree"))
        #expect(!Files.exists(temporary("tree")))
    }

    /// Far deeper than paths may be long, than descriptors are many and than stacks are high.
    @Test func deepTreesAreRemoved() throws {
        try Files.makeDirectory(temporary("tree"))
        var current = try OwnedFD.open(temporary("tree"), O_RDONLY | O_DIRECTORY)
        for level in 0..<2000 {
            if level % 100 == 0 { try OwnedFD.open(at: current.raw, "file", O_CREAT | O_WRONLY).close() }
            try Files.makeDirectory(at: current.raw, "directory")
            if level % 100 == 7 { try Files.makeDirectory(at: current.raw, "other") }
            current = try OwnedFD.open(at: current.raw, "directory", O_RDONLY | O_DIRECTORY)
        }
        // An open descriptor would keep the kernel's memory of all levels alive, which makes each removal slow.
        current.close()
        try Files.removeTree(temporary("tree"))
        #expect(!Files.exists(temporary("tree")))
    }

    @Test func wideTreesAreRemoved() throws {
        for outer in 0..<40 {
            try Files.makeDirectories(temporary("tree/\(outer)/d"))
            for inner in 0..<60 {
                try OwnedFD.open(temporary("tree/\(outer)/a-long-name-in-the-directory-\(inner)"), O_CREAT | O_WRONLY)
                    .close()
            }
        }
        try Files.removeTree(temporary("tree"))
        #expect(!Files.exists(temporary("tree")))
    }

    @Test func failureNamesThePath() throws {
        let error = #expect(throws: LinuxError.self) { try Files.removeTree("/proc/self/attr") }
        #expect(error?.path.hasPrefix("/proc/self/attr") == true)
    }
}
