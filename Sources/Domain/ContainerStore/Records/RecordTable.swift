import Glibc
import JSONText
import LinuxSystem

/// The records of one of the store's JSON files, as last read, with the file's lock.
///
/// Records that this version does not change are written back with their meaning preserved; each record is encoded once
/// and then copied. Used by one thread at a time, with the lock held.
final class RecordTable<Record: StoreRecord> {
    private struct Entry {
        var record: Record
        var encoded: [UInt8]?
    }

    /// Distinguishes versions of a file even if nobody touched the lock.
    private struct FileStamp: Equatable {
        var inode: UInt64
        var modification: FileTime
        var size: Int64
    }

    /// nil for the file of an additional store, which is never written here.
    let lock: LockFile?
    let path: String
    let volatilePath: String?
    /// Disk blocks for the records in case the disk is full; nil for a read-only table.
    private let reserve: SpaceReserve?
    private var entries: [Entry] = []
    private var positions: [String: Int] = [:]
    private var owners: [String: Int] = [:]
    private var stamp: FileStamp?
    private var volatileStamp: FileStamp?
    private var isLoaded = false
    private var isChanged = false
    private var isVolatileChanged = false

    private static var sizeLimit: Int { 512 << 20 }

    init(lock: LockFile?, path: String, volatilePath: String? = nil, reserve: SpaceReserve? = nil) {
        self.lock = lock
        self.reserve = reserve
        self.path = path
        self.volatilePath = volatilePath
    }

    /// Whether the table's file existed when it was read. Without it, files that no record names are no garbage: the
    /// table itself may have been lost.
    var hasFile: Bool { stamp != nil }

    // MARK: Loading and saving

    /// Reloads the files if somebody else has written them; returns whether it did.
    @discardableResult
    func reloadIfChanged() throws -> Bool {
        let isTouched = try lock?.hasChanged() ?? false
        let current = try Self.stamp(of: path)
        let currentVolatile = try volatilePath.flatMap { try Self.stamp(of: $0) }
        if isLoaded, !isTouched, !isChanged, !isVolatileChanged, current == stamp, currentVolatile == volatileStamp {
            return false
        }
        isLoaded = false
        var loaded = try Self.load(path, isVolatile: false)
        if let volatilePath, currentVolatile != nil { loaded += try Self.load(volatilePath, isVolatile: true) }
        entries = loaded
        reindex()
        stamp = current
        volatileStamp = currentVolatile
        isChanged = false
        isVolatileChanged = false
        isLoaded = true
        return true
    }

    /// Atomically writes what has changed, and notifies others. The lock must be held for writing.
    ///
    /// If the disk is full, the new records use the blocks of the reserve file. Without one, `makeRoom` is called to
    /// remove what the records no longer name, and the records are written to the space freed.
    func save(makingRoom makeRoom: (() throws -> Void)? = nil) throws {
        guard isChanged || isVolatileChanged else { return }
        let isAnnounced = try announce()
        if isChanged {
            try replace(path, with: text(isVolatile: false), synchronize: true, makeRoom)
            stamp = try Self.stamp(of: path)
        }
        if isVolatileChanged, let volatilePath {
            try replace(volatilePath, with: text(isVolatile: true), synchronize: false, makeRoom)
            volatileStamp = try Self.stamp(of: volatilePath)
        }
        isChanged = false
        isVolatileChanged = false
        if !isAnnounced { try lock?.touch() }
    }

    /// Notifies others before the files change: if this process died in between, a tool that has read them before would
    /// write back records that are gone. Returns false if there is no room for it yet.
    private func announce() throws -> Bool {
        do {
            try lock?.touch()
            return true
        } catch let error as LinuxError where error.isOutOfSpace {
            return false
        }
    }

    private func replace(
        _ path: String, with bytes: [UInt8], synchronize: Bool, _ makeRoom: (() throws -> Void)?
    ) throws {
        do throws(LinuxError) {
            try Files.replaceRecords(path, with: bytes, synchronize: synchronize)
            reserve?.prepare(for: bytes.count)
        } catch {
            guard error.isOutOfSpace else { throw error }
            if try reserve?.replace(path, with: bytes) == true { return }
            try makeRoom?()
            try Files.replaceRecords(path, with: bytes, synchronize: synchronize)
        }
    }

    /// Discards unsaved changes: reloads the files, immediately if the lock is still held.
    func revert() throws {
        isLoaded = false
        if lock?.mode != nil { try reloadIfChanged() }
    }

    private static func load(_ path: String, isVolatile: Bool) throws -> [Entry] {
        guard let bytes = try Files.readFileIfPresent(path, limit: sizeLimit) else { return [] }
        if bytes.isEmpty {
            if isVolatile { return [] }
            // No tool writes it so: a table without records is `[]`. Taken for an empty one, all it listed would be
            // garbage.
            throw StoreError(
                .corrupt, "\(path) is empty; restore it, or write [] into it to give up its records", subject: path)
        }
        do {
            guard let array = try JSONValue(parsing: bytes).array else {
                throw StoreError(.corrupt, "not an array of records")
            }
            return try array.map { Entry(record: try Record($0, isVolatile: isVolatile)) }
        } catch {
            throw StoreError(.corrupt, "cannot read \(path): \(error)", subject: path)
        }
    }

    private func text(isVolatile: Bool) -> [UInt8] {
        var text: [UInt8] = [UInt8(ascii: "[")]
        for position in entries.indices where entries[position].record.isVolatile == isVolatile {
            if text.count > 1 { text.append(UInt8(ascii: ",")) }
            if let encoded = entries[position].encoded {
                text += encoded
            } else {
                let encoded = entries[position].record.encoded().serialized(escapeHTML: true)
                entries[position].encoded = encoded
                text += encoded
            }
        }
        text.append(UInt8(ascii: "]"))
        return text
    }

    private static func stamp(of path: String) throws -> FileStamp? {
        guard let status = try Files.statusIfPresent(path) else { return nil }
        return FileStamp(inode: status.inode, modification: status.modification, size: status.size)
    }

    /// If several records have the same name, the last one gets it, as in the format's own tools.
    private func reindex() {
        positions = [:]
        owners = [:]
        positions.reserveCapacity(entries.count)
        for index in entries.indices {
            positions[entries[index].record.id] = index
            for name in entries[index].record.names {
                if let loser = owners[name], loser != index {
                    entries[loser].record.names.removeAll { $0 == name }
                    entries[loser].encoded = nil
                }
                owners[name] = index
            }
        }
    }

    // MARK: Reading

    /// All records, in the file's order.
    var records: [Record] { entries.map(\.record) }

    var count: Int { entries.count }

    func record(id: String) -> Record? {
        positions[id].map { entries[$0].record }
    }

    func record(named name: String) -> Record? {
        owners[name].map { entries[$0].record }
    }

    /// The ids that begin with `prefix`.
    func ids(withPrefix prefix: String) -> [String] {
        entries.lazy.map(\.record.id).filter { $0.hasPrefix(prefix) }
    }

    // MARK: Writing

    /// Adds a record, or replaces the one with its id. Names that it takes over are removed from their previous owners.
    func put(_ record: Record) {
        let position = positions[record.id] ?? entries.count
        if position == entries.count {
            positions[record.id] = position
            entries.append(Entry(record: record))
        } else {
            for name in entries[position].record.names where owners[name] == position { owners[name] = nil }
            entries[position] = Entry(record: record)
        }
        for name in record.names {
            if let loser = owners[name], loser != position {
                entries[loser].record.names.removeAll { $0 == name }
                entries[loser].encoded = nil
                markChanged(entries[loser].record)
            }
            owners[name] = position
        }
        markChanged(record)
    }

    func remove(_ ids: Set<String>) {
        for id in ids {
            if let record = record(id: id) { markChanged(record) }
        }
        entries.removeAll { ids.contains($0.record.id) }
        reindex()
    }

    private func markChanged(_ record: Record) {
        if record.isVolatile, volatilePath != nil { isVolatileChanged = true } else { isChanged = true }
    }
}
