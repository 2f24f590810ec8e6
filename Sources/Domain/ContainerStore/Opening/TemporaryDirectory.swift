import LinuxSystem

/// A directory for what is being filled or removed, beside a lock file that its owner holds: whoever can take that lock
/// knows that the owner is gone and removes both. The format's newer tools do the same with the same names.
///
/// `@unchecked Sendable`: paths never change, and the lock is only let go by `remove`, under `gate`.
final class TemporaryDirectory: @unchecked Sendable {
    /// The directory itself; on the file system of the directory that it was made in.
    let path: String
    /// What its name and its lock file's name have in common.
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
        // A directory that its owner forgot: its lock is free now, so the next sweep would remove it as well.
        try? remove()
    }

    /// Makes a directory below `root`, which is made as well.
    static func make(in root: String) throws -> TemporaryDirectory {
        try Files.makeDirectories(root, mode: 0o700)
        while true {
            if let made = try attempt(in: root) { return made }
        }
    }

    /// nil where a sweeper took the new lock file for abandoned.
    private static func attempt(in root: String) throws -> TemporaryDirectory? {
        let token = RandomBytes.hex(8)
        let lockPath = "\(root)/\(lockPrefix)\(token)"
        guard let lock = try FileLock.onNewFile(lockPath) else { return nil }
        let path = "\(root)/\(directoryPrefix)\(token)"
        try Files.makeDirectory(path, mode: 0o700)
        return TemporaryDirectory(path: path, token: token, lockPath: lockPath, lock: lock)
    }

    /// Takes over a file or directory of the same file system: it leaves its place at once, whatever its size.
    func add(_ victim: String) throws {
        let name = victim.split(separator: "/").last.map(String.init) ?? "x"
        let number = gate.locked {
            defer { nextNumber += 1 }
            return nextNumber
        }
        try Files.rename(victim, "\(path)/\(number)-\(name)")
    }

    /// Removes the directory with all it holds, then the lock. Once.
    func remove() throws {
        try gate.locked {
            guard lock != nil else { return }
            defer { lock = nil }
            try Files.removeTree(path)
            try Files.removeFile(lockPath)
        }
    }

    /// Removes the directories below `root` whose owners are gone; `beside` removes what else bears a token.
    static func sweep(_ root: String, beside: (String) -> Void = { _ in }) throws {
        for token in try tokens(in: root) { sweep(root, token, beside) }
    }

    private static func sweep(_ root: String, _ token: String, _ beside: (String) -> Void) {
        let lockPath = "\(root)/\(lockPrefix)\(token)"
        guard let lock = FileLock.ofAbandonedFile(lockPath) else { return }
        beside(token)
        // What cannot be removed now waits for another sweep.
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
