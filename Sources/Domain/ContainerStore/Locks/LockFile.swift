import Glibc
import LinuxSystem
import ProgressEvents

/// A lock file of the format: a record lock over the whole file, and 64 bytes of content that every writer changes,
/// which tells the others to reload.
///
/// Used by one thread at a time, which may acquire it again while holding it.
final class LockFile {
    enum Mode: Int, Comparable {
        case shared, exclusive

        static func < (left: Mode, right: Mode) -> Bool { left.rawValue < right.rawValue }
    }

    let path: String
    /// The mode in which it is held; nil if it is not.
    private(set) var mode: Mode?
    private var depth = 0
    private var held: FileLock?
    /// The file descriptor of `held`.
    private var descriptor: Int32?
    private var lastSeen: [UInt8]?
    private static let stampSize = 64

    private let isInterrupted: @Sendable () -> Bool

    init(path: String, isInterrupted: @escaping @Sendable () -> Bool = { false }) {
        self.path = path
        self.isInterrupted = isInterrupted
    }

    /// Creates the file if it is missing, readable by everybody as in the format's tools.
    func create() throws {
        if Files.exists(path) { return }
        try OwnedFD.open(path, O_RDWR | O_CREAT, mode: 0o644).close()
    }

    /// Waits for the lock; after a signal, `isInterrupted` can end the wait with an `interrupted` error.
    ///
    /// The file is reopened each time, since the store may have been wiped and recreated.
    func acquire(_ wanted: Mode) throws {
        if let mode {
            guard wanted <= mode else {
                throw StoreError(.io, "the lock \(path) is held for reading and now wanted for writing", subject: path)
            }
            depth += 1
            return
        }
        let opened = try FileLock(opening: path)
        try wait(for: opened, wanted)
        DebugLog.write("lock", [("path", path), ("mode", wanted == .exclusive ? "exclusive" : "shared")])
        descriptor = opened.fd
        held = consume opened
        mode = wanted
        depth = 1
    }

    private func wait(for lock: borrowing FileLock, _ wanted: Mode) throws {
        do throws(LinuxError) {
            try lock.wait(exclusive: wanted == .exclusive, isInterrupted: isInterrupted)
        } catch {
            guard error.code == EINTR else { throw error }
            throw StoreError(.interrupted, "interrupted while waiting for \(path)", subject: path)
        }
    }

    /// Releases it once; the last release unlocks the file.
    func release() {
        guard depth > 0 else { return }
        depth -= 1
        if depth == 0 {
            DebugLog.write("unlock", [("path", path)])
            mode = nil
            descriptor = nil
            held = nil
        }
    }

    /// Whether somebody has written since the last `hasChanged` or `touch`.
    func hasChanged() throws -> Bool {
        guard let raw = descriptor else { return true }
        let bytes = try Self.read(raw)
        defer { lastSeen = bytes }
        return bytes != lastSeen
    }

    /// Announces a change. The lock must be held for writing.
    func touch() throws {
        guard let raw = descriptor, mode == .exclusive else { return }
        let stamp = WriterStamp.next()
        let written = stamp.withUnsafeBytes { pwrite(raw, $0.baseAddress, $0.count, 0) }
        guard written == stamp.count else {
            throw LinuxError("write", path, code: written < 0 ? errno : ENOSPC)
        }
        lastSeen = stamp
    }

    private static func read(_ raw: Int32) throws -> [UInt8] {
        var stamp = [UInt8](repeating: 0, count: stampSize)
        let count = stamp.withUnsafeMutableBytes { pread(raw, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else { throw LinuxError("read", code: errno) }
        return Array(stamp.prefix(count))
    }
}

/// The 64 bytes of a writer: time in nanoseconds, a counter, the process id and random bytes, little-endian.
private enum WriterStamp {
    static func next() -> [UInt8] {
        let now = Clock.now()
        let time = UInt64(bitPattern: now.seconds &* 1_000_000_000 &+ now.nanoseconds)
        var stamp: [UInt8] = []
        stamp.reserveCapacity(64)
        append(time, to: &stamp)
        append(UInt64(counter.next()), to: &stamp)  // arithmetic: counts up from 0
        append(UInt32(bitPattern: getpid()), to: &stamp)
        return stamp + RandomBytes.bytes(64 - stamp.count)
    }

    private static let counter = AtomicCounter()

    private static func append(_ value: some FixedWidthInteger, to stamp: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { stamp.append(contentsOf: $0) }
    }
}
