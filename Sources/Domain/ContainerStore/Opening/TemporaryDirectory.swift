import LinuxSystem

/// A directory for things being filled or removed, next to a lock file held by its owner: whoever can acquire that lock
/// knows that the owner is dead and removes both. Newer versions of the format's tools do the same with the same names.
///
/// `@unchecked Sendable`: paths never change, and the lock is only released by `remove`, under `gate`.
final class TemporaryDirectory: @unchecked Sendable {
    /// The directory; on the same file system as its parent directory.
    let path: String
    /// The common part of the names of the directory and its lock file.
    let token: String
    private let lockPath: String
    private let gate = RecursiveLock()
    private var lock: FileLock?
    private var nextNumber = 0

    static let directoryPrefix = "temp-dir-"
    static let lockPrefix = "lock-"

    private init(path: String, token: String, lockPath: String, lock: consuming FileLock) {
        self.path = path
        self.token = token
        self.lockPath = lockPath
        self.lock = consume lock
    }

    deinit {
        // A directory that its owner forgot: its lock is now free, so the next sweep would remove it anyway.
        try? remove()
    }

    /// Creates a directory below `root`, creating that if needed.
    static func make(in root: String) throws -> TemporaryDirectory {
        try Files.makeDirectories(root, mode: 0o700)
        while true {
            if let made = try attempt(in: root) { return made }
        }
    }

    /// nil if a sweeper mistook the new lock file for abandoned.
    private static func attempt(in root: String) throws -> TemporaryDirectory? {
        let token = RandomBytes.hex(8)
        let lockPath = "\(root)/\(lockPrefix)\(token)"
        guard let lock = try FileLock.onNewFile(lockPath) else { return nil }
        let path = "\(root)/\(directoryPrefix)\(token)"
        try Files.makeDirectory(path, mode: 0o700)
        return TemporaryDirectory(path: path, token: token, lockPath: lockPath, lock: lock)
    }

    /// Takes over a file or directory of the same file system: it disappears from its old path at once, whatever its
    /// size.
    func add(_ victim: String) throws {
        let name = victim.split(separator: "/").last.map(String.init) ?? "x"
        let number = gate.locked {
            defer { nextNumber += 1 }
            return nextNumber
        }
        try Files.rename(victim, "\(path)/\(number)-\(name)")
    }

    /// Removes the directory with its contents, then the lock. Must be called only once.
    func remove() throws {
        try gate.locked {
            guard lock != nil else { return }
            defer { lock = nil }
            try Files.removeTree(path)
            try Files.removeFile(lockPath)
        }
    }

    /// Removes the directories below `root` whose owners are dead; `beside` removes other files with the same token.
    static func sweep(_ root: String, beside: (String) -> Void = { _ in }) throws {
        for token in try tokens(in: root) { sweep(root, token, beside) }
    }

    private static func sweep(_ root: String, _ token: String, _ beside: (String) -> Void) {
        let lockPath = "\(root)/\(lockPrefix)\(token)"
        guard let lock = FileLock.ofAbandonedFile(lockPath) else { return }
        beside(token)
        // Whatever cannot be removed now is left to a later sweep.
        if (try? Files.removeTree("\(root)/\(directoryPrefix)\(token)")) != nil {
            try? Files.removeFile(lockPath)
        }
        try? lock.unlock()
    }

    /// The tokens of all directories and locks below `root`.
    static func tokens(in root: String) throws -> Set<String> {
        guard try Files.statusIfPresent(root) != nil else { return [] }
        var tokens: Set<String> = []
        for entry in try Files.entries(ofDirectory: root) {
            let name = entry.text
            for prefix in [directoryPrefix, lockPrefix] where name.hasPrefix(prefix) {
                tokens.insert(String(name.dropFirst(prefix.count)))
            }
        }
        return tokens
    }
}
