import LinuxSystem
import Testing

@Suite struct FileLockTests {
    let temporary: TemporaryDirectory

    init() throws {
        temporary = try TemporaryDirectory()
    }

    @Test func locksExcludeEachOtherInTheSameProcess() throws {
        let first = try FileLock(opening: temporary("lock"))
        let second = try FileLock(opening: temporary("lock"))
        try first.lockExclusive()
        #expect(try !second.tryLockExclusive())
        #expect(try !second.tryLockShared())
        try first.unlock()
        #expect(try second.tryLockExclusive())
        #expect(try Files.status(temporary("lock")).permissions == 0o600)
    }

    @Test func sharedLocksExcludeWriters() throws {
        let first = try FileLock(opening: temporary("lock"))
        let second = try FileLock(openingReadOnly: temporary("lock"))
        let third = try FileLock(opening: temporary("lock"))
        try first.lockShared()
        try second.lockShared()
        #expect(try !third.tryLockExclusive())
    }

    @Test func lockIsReleasedWithItsValue() throws {
        func lockBriefly() throws {
            let lock = try FileLock(opening: temporary("lock"))
            try lock.lockExclusive()
        }
        try lockBriefly()
        let lock = try FileLock(opening: temporary("lock"))
        #expect(try lock.tryLockExclusive())
    }

    @Test func waiterGetsTheReleasedLock() throws {
        let path = temporary("lock")
        let lock = try FileLock(opening: path)
        try lock.lockExclusive()
        let waiter = try PlainThread {
            guard let waiting = try? FileLock(opening: path) else { return }
            try? waiting.lockExclusive()
            try? Files.replaceFile(path + ".got", with: [], synchronize: false)
        }
        try lock.unlock()
        waiter.join()
        #expect(Files.exists(path + ".got"))
    }
}
