import Glibc
import JSONText
package import LinuxSystem

/// The directories of cache mounts (`RUN --mount=type=cache`), beside the store, with the names that builds gave them.
///
/// A cache is one directory, and more of the same name with a number if several steps use a private cache at the same
/// time. Beside it is a small file with its name, whose time is that of the last use.
package struct CacheMountIndex: Sendable {
    /// A cache.
    package struct Entry: Sendable, Equatable {
        /// The name of its directory.
        package let name: String
        /// The id in the Dockerfile, or the mounted path; nil if it is not known.
        package let id: String?
        /// When a build last used it.
        package let lastUsed: FileTime
        /// The size of its files.
        package let size: Int64
    }

    private let store: ContainerStore
    private var directory: String { store.layout.cacheMounts }

    package init(_ store: ContainerStore) {
        self.store = store
    }

    /// Notes that a build uses a cache. Best effort: a cache without a note has no name and is older.
    package func noteUse(_ name: String, id: String) {
        let path = "\(directory)/\(name).json"
        do {
            if Files.exists(path) {
                try Files.setTimes(at: Files.currentDirectory, path, access: nil, modification: Clock.now())
            } else {
                let note: JSONValue = ["id": .string(id)]
                try Files.replaceFile(path, with: note.serialized(), synchronize: false)
            }
        } catch {
            // It is only missing in lists.
        }
    }

    /// All caches with their sizes, most recently used first.
    package func list() throws(StoreError) -> [Entry] {
        try StoreError.mapping {
            guard Files.exists(directory) else { return [] }
            return try Files.entries(ofDirectory: directory).map(\.text).filter(Self.isName).compactMap(entry)
                .sorted { ($0.lastUsed, $0.name) > ($1.lastUsed, $1.name) }
        }
    }

    /// The path of a cache's directory.
    package func path(of name: String) -> String { "\(directory)/\(name)" }

    /// Removes a cache, with the directories of its private uses.
    ///
    /// - Returns: whether it is removed; false if a step is using it.
    package func remove(_ name: String) throws(StoreError) -> Bool {
        guard Self.isName(name) else { throw StoreError(.invalidName, "\(name) is not a cache", subject: name) }
        return try withExclusiveUse(of: name) { () throws -> Void in
            try store.locked {
                for entry in try Files.entries(ofDirectory: directory).map(\.text)
                where entry == name || (entry.hasPrefix("\(name).") && !entry.hasSuffix(".lock")) {
                    try store.putAway("\(directory)/\(entry)")
                }
            }
        } != nil
    }

    /// Puts a filled directory in the place of a cache.
    ///
    /// - Returns: whether it is there; false if a step is using the cache.
    package func replace(_ name: String, with draft: String, id: String) throws(StoreError) -> Bool {
        guard Self.isName(name) else { throw StoreError(.invalidName, "\(name) is not a cache", subject: name) }
        return try withExclusiveUse(of: name) { () throws -> Void in
            try store.locked { try store.putAway("\(directory)/\(name)") }
            try Files.rename(draft, "\(directory)/\(name)")
            noteUse(name, id: id)
        } != nil
    }

    /// Runs `body` while no step uses a cache; nil if one does.
    package func withExclusiveUse<Result>(of name: String, _ body: () throws -> Result) throws(StoreError) -> Result? {
        try StoreError.mapping {
            try Files.makeDirectories(directory, mode: 0o700)
            let all = try FileLock(opening: store.layout.cacheMountsLock)
            try all.lockShared()
            let lock = try FileLock(opening: "\(directory)/\(name).users.lock")
            guard try lock.tryLockExclusive() else { return nil }
            let result = try body()
            try lock.unlock()
            try all.unlock()
            return result
        }
    }

    /// Removes caches that have not been used since a time, and then the least recently used ones until they are not
    /// larger than a limit together. Those in use stay.
    ///
    /// - Returns: the removed ones.
    @discardableResult
    package func prune(keeping limit: Int64?, notUsedSince oldest: FileTime?) throws(StoreError) -> [Entry] {
        let all = try list()
        var total = all.lazy.map(\.size).sumOfSizes()
        var removed: [Entry] = []
        for entry in all.reversed() {
            let isOld = oldest.map { entry.lastUsed < $0 } ?? false
            guard isOld || limit.map({ total > $0 }) ?? false, try remove(entry.name) else { continue }
            total = total.subtractingSaturated(entry.size)
            removed.append(entry)
        }
        return removed
    }

    private func entry(_ name: String) throws -> Entry? {
        guard let status = try Files.statusIfPresent("\(directory)/\(name)"), status.kind == .directory else {
            return nil
        }
        let note = "\(directory)/\(name).json"
        let noted = try Files.statusIfPresent(note)
        let id = try Files.readFileIfPresent(note, limit: 1 << 16).flatMap { try? JSONValue(parsing: $0) }?["id"]?
            .string
        return Entry(
            name: name, id: id, lastUsed: noted?.modification ?? status.modification,
            size: TreeSize.measure("\(directory)/\(name)"))
    }

    /// Whether it is the name of a cache's own directory.
    private static func isName(_ text: String) -> Bool { text.utf8.count == 32 && StoreLayout.isHex(text) }
}

/// The size of the files in a directory.
enum TreeSize {
    /// The sizes of all regular files together, as far as they can be read.
    static func measure(_ path: String) -> Int64 {
        guard let root = try? OwnedFD.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) else { return 0 }
        return measure(root, depth: 0)
    }

    /// Deeper directories count for nothing: each level keeps a descriptor open.
    private static let maximumDepth = 256

    private static func measure(_ directory: borrowing OwnedFD, depth: Int) -> Int64 {
        guard depth < maximumDepth, let entries = try? Files.entries(of: directory) else { return 0 }
        var total: Int64 = 0
        for entry in entries {
            guard let status = try? Files.status(at: directory.raw, entry.name) else { continue }
            if status.kind == .regular { total = total.addingSaturated(status.size) }
            guard status.kind == .directory,
                let child = try? OwnedFD.open(at: directory.raw, entry.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
            else { continue }
            // arithmetic: at most the limit above
            total = total.addingSaturated(measure(child, depth: depth + 1))
        }
        return total
    }
}
