import Glibc
import LinuxSystem
import Testing

@Suite struct FilesTests {
    let temporary: TemporaryDirectory

    init() throws {
        temporary = try TemporaryDirectory()
    }

    @Test func replacingAFileSetsTheExactModeAndLeavesNoTemporaryFile() throws {
        try temporary.write("f", "old")
        try Files.replaceFile(temporary("f"), with: Array("new".utf8), mode: 0o666)
        #expect(try temporary.read("f") == "new")
        #expect(try Files.status(temporary("f")).permissions == 0o666)
        #expect(try Files.entries(ofDirectory: temporary.path).map(\.text) == ["f"])
    }

    @Test func failedReplacementLeavesNoFile() throws {
        try Files.makeDirectory(temporary("d"))
        #expect(throws: LinuxError.self) { try Files.replaceFile(temporary("d"), with: [1]) }
        #expect(try Files.entries(ofDirectory: temporary.path).count == 1)
    }

    @Test func readingIsLimited() throws {
        try temporary.write("f", String(repeating: "x", count: 5000))
        #expect(try Files.readFile(temporary("f"), limit: 5000).count == 5000)
        let error = #expect(throws: LinuxError.self) { try Files.readFile(temporary("f"), limit: 4999) }
        #expect(error?.code == EFBIG)
        #expect(error?.path == temporary("f"))
        // Files of /proc say that they are empty.
        #expect(try !Files.readFile("/proc/self/status").isEmpty)
    }

    @Test func missingFilesAreDistinguishedFromOtherFailures() throws {
        #expect(try Files.readFileIfPresent(temporary("no")) == nil)
        #expect(try Files.statusIfPresent(temporary("no/such")) == nil)
        #expect(!Files.exists(temporary("no")))
        try Files.symlink(target: "nowhere", at: temporary("dangling"))
        #expect(Files.exists(temporary("dangling")))
        #expect(try Files.statusIfPresent(temporary("dangling"), followSymlinks: true) == nil)
        try Files.symlink(target: "loop", at: temporary("loop"))
        #expect(throws: LinuxError.self) { try Files.statusIfPresent(temporary("loop"), followSymlinks: true) }
        let error = #expect(throws: LinuxError.self) { try OwnedFD.open(temporary("no"), O_RDONLY).close() }
        #expect(error?.description == "open \(temporary("no")): no such file or directory")
    }

    @Test func parentDirectoriesAreCreated() throws {
        try Files.makeDirectories(temporary("a//b/c/"))
        try Files.makeDirectories(temporary("a/b/c"))
        #expect(try Files.status(temporary("a/b/c")).kind == .directory)
        try temporary.write("f", "")
        #expect(throws: LinuxError.self) { try Files.makeDirectories(temporary("f")) }
        #expect(throws: LinuxError.self) { try Files.makeDirectories(temporary("f/g")) }
        try Files.makeDirectories("/")
        // The parent of this may not be written at all.
        try Files.makeDirectories("/proc/self/fd")
    }

    @Test func linksAreCreatedAndRead() throws {
        let long = String(repeating: "x", count: 4095)
        try Files.symlink(target: long, at: temporary("s"))
        #expect(try Files.readSymlink(temporary("s")) == Array(long.utf8))
        try Files.link(temporary("s"), temporary("t"))
        #expect(try Files.status(temporary("t")).kind == .symlink)
        #expect(try Files.status(temporary("t")).links == 2)
        try Files.changeOwner(at: Files.currentDirectory, temporary("t"), uid: geteuid(), gid: getegid())
    }

    @Test func exchangeAndExclusiveRenameOverwriteNothing() throws {
        try temporary.write("a", "A")
        try temporary.write("b", "B")
        try Files.renameExchange(temporary("a"), temporary("b"))
        #expect(try temporary.read("a") == "B")
        let error = #expect(throws: LinuxError.self) { try Files.renameNew(temporary("a"), temporary("b")) }
        #expect(error?.code == EEXIST)
        try Files.rename(temporary("a"), temporary("b"))
        #expect(try temporary.read("b") == "B")
    }

    @Test func timesAreSetSeparatelyWithoutFollowingLinks() throws {
        try temporary.write("f", "")
        try Files.symlink(target: "f", at: temporary("s"))
        let before = try Files.status(temporary("f"))
        let time = FileTime(seconds: -5, nanoseconds: 123_456_789)
        try Files.setTimes(at: Files.currentDirectory, temporary("s"), access: nil, modification: time)
        #expect(try Files.status(temporary("f")).modification == before.modification)
        let link = try Files.status(temporary("s"))
        #expect(link.modification == time)
        #expect(link.access != time)
        let file = try OwnedFD.open(temporary("f"), O_RDONLY)
        try Files.setTimes(fd: file.raw, access: time, modification: nil)
        #expect(try file.status().access == time)
        #expect(try file.status().modification == before.modification)
    }

    @Test func fifosAreCreatedAsNodes() throws {
        try Files.makeFifo(at: Files.currentDirectory, temporary("p"), mode: 0o640)
        #expect(try Files.status(temporary("p")).kind == .fifo)
        #expect(try Files.entries(ofDirectory: temporary.path).first?.kind == .fifo)
    }

    @Test func entriesAreCompleteAndCanBeReadAgain() throws {
        let temporary = try TemporaryDirectory(inMemory: true)
        let names = (0..<3000).map { "a-rather-long-name-to-fill-several-batches-\($0)" }
        for name in names { try OwnedFD.open(temporary(name), O_CREAT | O_WRONLY).close() }
        let directory = try OwnedFD.open(temporary.path, O_RDONLY | O_DIRECTORY)
        for _ in 0..<2 {
            let entries = try Files.entries(of: directory)
            #expect(Set(entries.map(\.text)) == Set(names))
            #expect(entries.allSatisfy { $0.kind == .regular && $0.name.last == 0 })
        }
    }

    @Test(arguments: [0, 1, 4096, 300_001]) func copiesAreEqual(size: Int) throws {
        let content = [UInt8](repeating: 0x5A, count: size)
        try Files.replaceFile(temporary("from"), with: content, synchronize: false)
        let from = try OwnedFD.open(temporary("from"), O_RDONLY)
        let to = try OwnedFD.open(temporary("to"), O_RDWR | O_CREAT)
        try Files.cloneOrCopy(from: from, to: to)
        #expect(try Files.readFile(temporary("to")) == content)
    }

    @Test func copiesKeepHolesAndTheFileSize() throws {
        let from = try OwnedFD.open(temporary("from"), O_RDWR | O_CREAT)
        lseek(from.raw, 2 << 20, SEEK_SET)
        try from.writeAll(Array("middle".utf8))
        ftruncate(from.raw, 4 << 20)
        let to = try OwnedFD.open(temporary("to"), O_RDWR | O_CREAT)
        try Files.cloneOrCopy(from: from, to: to)
        let status = try to.status()
        #expect(status.size == 4 << 20)
        #expect(status.blocks * 512 < 1 << 20)
        let same = try Files.readFile(temporary("to")) == Files.readFile(temporary("from"))
        #expect(same)
    }

    @Test func procFilesAreCopiedByReading() throws {
        let from = try OwnedFD.open("/proc/self/mountinfo", O_RDONLY)
        let to = try OwnedFD.open(temporary("to"), O_RDWR | O_CREAT)
        try Files.cloneOrCopy(from: from, to: to)
    }

    @Test func freeSpaceIsReported() throws {
        #expect(try Files.freeSpace(of: temporary.path) > 0)
    }
}
