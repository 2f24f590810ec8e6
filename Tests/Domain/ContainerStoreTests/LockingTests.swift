import Glibc
import LinuxSystem
import Synchronization
import Testing

@testable import ContainerStore

@Suite final class LockingTests {
    let directory = "/tmp/swiftlet-lock-test-\(RandomBytes.hex(6))"

    init() throws { try Files.makeDirectories(directory) }
    deinit { try? Files.removeTree(directory) }

    @Test("a write changes the 64-byte stamp, and others notice it once")
    func touching() throws {
        let (mine, theirs) = (LockFile(path: "\(directory)/l"), LockFile(path: "\(directory)/l"))
        try mine.create()
        try mine.acquire(.exclusive)
        try mine.touch()
        #expect(try mine.hasChanged() == false)
        mine.release()
        try theirs.acquire(.shared)
        #expect(try theirs.hasChanged())
        #expect(try theirs.hasChanged() == false)
        theirs.release()
        let bytes = try Files.readFile("\(directory)/l")
        #expect(bytes.count == 64)
        #expect(bytes[16] == UInt8(truncatingIfNeeded: getpid()))
        #expect(try Files.status("\(directory)/l").permissions == 0o644)
    }

    @Test("others are told of a change before the file changes")
    func announcing() throws {
        let (mine, theirs) = (LockFile(path: "\(directory)/l"), LockFile(path: "\(directory)/l"))
        try mine.create()
        try theirs.acquire(.shared)
        _ = try theirs.hasChanged()
        theirs.release()
        // The records cannot be written: as if the process had died at that moment.
        let table = RecordTable<ContainerRecord>(lock: mine, path: "\(directory)/missing/containers.json")
        try mine.acquire(.exclusive)
        table.put(ContainerRecord(id: "a", image: "", layer: "", created: ""))
        #expect(throws: (any Error).self) { try table.save() }
        mine.release()
        try theirs.acquire(.shared)
        #expect(try theirs.hasChanged())
        theirs.release()
    }

    @Test("a thread may lock recursively; others wait for the last release")
    func nesting() throws {
        let lock = LockFile(path: "\(directory)/l")
        try lock.acquire(.exclusive)
        try lock.acquire(.shared)
        lock.release()
        let other = try FileLock(opening: "\(directory)/l")
        #expect(try other.tryLockShared() == false)
        lock.release()
        #expect(try other.tryLockExclusive())
        try other.unlock()
        try lock.acquire(.shared)
        #expect(throws: StoreError.self) { try lock.acquire(.exclusive) }
        #expect(try other.tryLockShared())
    }

    @Test("temporary directories of dead processes are deleted, others are kept")
    func sweeping() throws {
        let root = "\(directory)/tempdirs"
        let living = try TemporaryDirectory.make(in: root)
        try Files.makeDirectories("\(root)/temp-dir-dead/a/b")
        try Files.replaceFile("\(root)/lock-dead", with: [])
        try Files.replaceFile("\(root)/lock-alone", with: [])
        try Files.makeDirectories("\(root)/temp-dir-lockless")
        var tokens: Set<String> = []
        try TemporaryDirectory.sweep(root) { tokens.insert($0) }
        #expect(tokens == ["dead", "alone", "lockless"])
        #expect(Files.exists(living.path))
        #expect(try TemporaryDirectory.tokens(in: root) == [living.token])
        try living.remove()
        #expect(try Files.entries(ofDirectory: root).isEmpty)
    }
}
