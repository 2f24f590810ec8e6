import Glibc
import LinuxSystem

/// The journal of a process that changes a store: the layers, images and containers that it is about to create or
/// remove. The process holds a lock on the file while it lives. Whoever can acquire the lock knows that the process is
/// dead, and removes what the journal names and nothing refers to: thus a killed build leaves nothing behind.
final class StoreSession {
    /// The kind of object that a journal line names.
    enum Subject: String {
        case layer = "L"
        case image = "I"
        case container = "C"
    }

    struct Entry: Hashable {
        let subject: Subject
        let id: String
    }

    let path: String
    private(set) var entries: Set<Entry> = []
    private var file: OwnedFD?
    private var lock: FileLock?

    private init(path: String, file: consuming OwnedFD, lock: consuming FileLock) {
        self.path = path
        self.file = consume file
        self.lock = consume lock
    }

    /// Creates a journal in `directory`, creating that if needed.
    static func begin(in directory: String) throws -> StoreSession {
        try Files.makeDirectories(directory, mode: 0o700)
        while true {
            if let begun = try attempt("\(directory)/\(RandomBytes.hex(8))") { return begun }
        }
    }

    /// nil if another process mistook the new journal for abandoned.
    private static func attempt(_ path: String) throws -> StoreSession? {
        guard let lock = try FileLock.onNewFile(path) else { return nil }
        let file = try OwnedFD.open(path, O_WRONLY | O_APPEND)
        return StoreSession(path: path, file: file, lock: lock)
    }

    /// Records that `id` is about to be created or removed; must precede the first change on disk.
    func note(_ subject: Subject, _ id: String) throws {
        guard entries.insert(Entry(subject: subject, id: id)).inserted else { return }
        do throws(LinuxError) {
            try file?.writeAll(Array("\(subject.rawValue) \(id)\n".utf8))
        } catch {
            throw LinuxError(error.operation, path, error.errno)
        }
    }

    /// Ends the session.
    ///
    /// - Parameter settled: whether everything named is in use or gone, so that the journal can be removed.
    func end(settled: Bool) {
        guard file != nil else { return }
        if settled { try? Files.removeFile(path) }
        file = nil
        lock = nil
    }

    // MARK: Journals of other processes

    /// A journal whose process is dead. Holding it keeps others from processing it at the same time.
    struct Abandoned: ~Copyable {
        let path: String
        let entries: [Entry]
        private let lock: FileLock

        init(path: String, entries: [Entry], lock: consuming FileLock) {
            self.path = path
            self.entries = entries
            self.lock = lock
        }

        /// Removes the journal, after everything it names has been dealt with.
        consuming func settle() {
            try? Files.removeFile(path)
        }
    }

    /// The names of all journals in `directory`.
    static func journals(in directory: String) throws -> [String] {
        guard try Files.statusIfPresent(directory) != nil else { return [] }
        return try Files.entries(ofDirectory: directory).map { "\(directory)/\($0.text)" }
    }

    /// Takes over the journal at `path`; nil while its process is alive.
    static func takeOver(_ path: String) -> Abandoned? {
        guard let lock = FileLock.ofAbandonedFile(path), let bytes = try? Files.readFile(path) else { return nil }
        return Abandoned(path: path, entries: entries(in: bytes), lock: lock)
    }
}

extension StoreSession {
    private static func entries(in bytes: [UInt8]) -> [Entry] {
        var entries: [Entry] = []
        // A line that a dying process left incomplete names nothing that was begun.
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let text = String(decoding: line, as: UTF8.self)
            guard let subject = Subject(rawValue: String(text.prefix(1))), text.dropFirst().first == " " else {
                continue
            }
            let id = String(text.dropFirst(2))
            if StoreLayout.isFullID(id) { entries.append(Entry(subject: subject, id: id)) }
        }
        return entries
    }

    /// The layers that a journal names, whichever process owns it.
    static func layers(namedIn path: String) -> [String] {
        guard let bytes = try? Files.readFile(path) else { return [] }
        return entries(in: bytes).filter { $0.subject == .layer }.map(\.id)
    }
}
