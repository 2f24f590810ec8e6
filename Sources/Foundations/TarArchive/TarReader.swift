// arithmetic: available, limit, maximumNameLength: sizes in memory, and limits of ours

/// Reads an archive from a stream, in one pass and with bounded memory.
///
/// Supports v7, ustar, star, pax (POSIX.1-2017) and GNU archives: long names, base-256 numbers, sub-second and negative
/// times, extended attributes, and all four kinds of GNU sparse files. An archive may lack its end marker, but must not
/// end within a header or a file. Of a global header only owner and times apply to the following entries: as in other
/// readers of image layers, global headers cannot change names or sizes.
///
/// After an error the reader cannot be used again. Not thread-safe.
package final class TarReader {
    let limits: TarLimits
    let observer: (any TarSegmentObserver)?
    var input: TarInput
    var state = State.betweenEntries
    /// Unread bytes of the current entry's content as stored in the archive.
    var packedLeft: Int64 = 0
    /// The stored size of the current entry's content.
    private(set) var packedSize: Int64 = 0
    /// Padding after the current entry's content, in bytes.
    private var padding = 0
    var sparse: SparseCursor?
    /// Bytes of holes in all entries so far.
    var holes: Int64 = 0
    /// The current entry's name and header offset, for errors.
    var currentName: [UInt8] = []
    private(set) var headerOffset: Int64 = 0
    private var headerCount = 0
    private var globals: PaxRecords?
    private var pending = PendingHeaders()
    private var lastUserName: [UInt8] = []
    private var lastGroupName: [UInt8] = []

    enum State {
        case betweenEntries
        case inEntry
        case ended
        case failed(any Error)
    }

    /// What extended headers specify for the next entry.
    private struct PendingHeaders {
        var pax: PaxRecords?
        var longName: [UInt8]?
        var longLink: [UInt8]?
        var isEmpty: Bool { pax == nil && longName == nil && longLink == nil }
    }

    /// - Parameters:
    ///   - read: fills the given buffer from the uncompressed archive; returns the count, 0 at the end.
    ///   - rawSink: receives every byte read, in order (for a digest, say).
    ///   - segmentObserver: receives the archive split into raw bytes and content.
    package init(
        read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int, limits: TarLimits = .default,
        rawSink: ((UnsafeRawBufferPointer) throws -> Void)? = nil, segmentObserver: (any TarSegmentObserver)? = nil
    ) {
        self.limits = limits
        observer = segmentObserver
        input = TarInput(source: read, rawSink: rawSink)
    }

    /// Advances to the next entry, skipping unread content of the current one.
    ///
    /// - Returns: nil at the end of the archive, after the whole stream has been read.
    /// - Throws: ``TarError``, or whatever the source or the observer throws.
    package func next() throws -> TarEntry? {
        switch state {
        case .failed(let error): throw error
        case .ended: return nil
        case .betweenEntries, .inEntry: break
        }
        do {
            if case .inEntry = state { try finishEntry() }
            let entry = try readEntry()
            state = entry == nil ? .ended : .inEntry
            return entry
        } catch {
            state = .failed(error)
            throw error
        }
    }

    /// Skips the rest of the content and its padding.
    private func finishEntry() throws {
        while packedLeft > 0 {
            try takePacked(upTo: Int.max) { _ in }
        }
        sparse = nil
        if padding > 0 {
            // A last file without its padding is still complete.
            let isComplete = try input.fill(padding)
            try takeRaw(isComplete ? padding : input.available)
            padding = 0
        }
        state = .betweenEntries
    }

    private func readEntry() throws -> TarEntry? {
        while true {
            headerOffset = input.offset
            currentName = []
            guard try input.fill(TarHeaderBlock.size) else {
                guard input.available == 0 else { throw failure("the stream ends within a header", .truncated) }
                guard pending.isEmpty else { throw failure("an extended header without an entry", .truncated) }
                return try endOfArchive()
            }
            let block = TarHeaderBlock(bytes: input.peek(TarHeaderBlock.size))
            if block.bytes[0] == 0, block.isZero { return try readEndMarker() }
            headerCount += 1
            guard headerCount <= limits.maximumEntries else {
                throw failure("more than \(limits.maximumEntries) headers", .limitExceeded)
            }
            guard block.checksumMatches else { throw failure("checksum mismatch") }
            switch block.typeFlag {
            case 0x78: pending.pax = try readPax(block)
            case 0x67: try readGlobal(block)
            case 0x4c: pending.longName = try readLongName(block)
            case 0x4b: pending.longLink = try readLongName(block)
            default: return try readEntry(block)
            }
        }
    }

    private func readEndMarker() throws -> TarEntry? {
        guard pending.isEmpty else { throw failure("an extended header without an entry") }
        try takeRaw(TarHeaderBlock.size)
        if try input.fill(TarHeaderBlock.size) {
            guard TarHeaderBlock(bytes: input.peek(TarHeaderBlock.size)).isZero else {
                throw failure("a lone zero block")
            }
            try takeRaw(TarHeaderBlock.size)
        }
        return try endOfArchive()
    }

    private func endOfArchive() throws -> TarEntry? {
        try observer?.endOfArchive()
        var trailer: Int64 = 0
        while true {
            guard try input.available > 0 || input.fill(1) else { return nil }
            trailer += Int64(input.available)
            guard trailer <= limits.maximumTrailer else {
                throw failure("more than \(limits.maximumTrailer) bytes after the end", .limitExceeded)
            }
            try takeRaw(input.available)
        }
    }

    /// Passes available bytes to the observer as raw and consumes them.
    func takeRaw(_ count: Int) throws {
        if count == 0 { return }
        try observer?.raw(input.peek(count))
        input.consume(count)
    }

    func failure(_ message: String, _ kind: TarError.Kind = .malformed) -> TarError {
        TarError(
            kind, message, offset: headerOffset, entry: currentName.isEmpty ? nil : TarError.shown(currentName))
    }
}

// MARK: Extended headers

extension TarReader {
    private func readPax(
        _ block: TarHeaderBlock, beforePadding: (() throws -> Void)? = nil
    ) throws -> PaxRecords {
        try withMetadata(block, limit: limits.maximumPaxSize, beforePadding: beforePadding) { data in
            do throws(PaxRecords.Fault) {
                return try PaxRecords(parsing: data, limits: limits)
            } catch {
                throw failure(error.message, error.kind)
            }
        }
    }

    private func readGlobal(_ block: TarHeaderBlock) throws {
        let name = [UInt8](block.text(.name))
        // Other implementations treat a global header as an entry without content, followed by padding.
        globals = try readPax(block) { try self.observer?.entry(name: name, size: 0) }
    }

    private func readLongName(_ block: TarHeaderBlock) throws -> [UInt8] {
        try withMetadata(block, limit: limits.maximumNameLength + 1) { data in
            [UInt8](data.prefix { $0 != 0 })
        }
    }

    /// Reads the content of an extended header, padding included, in one piece.
    private func withMetadata<Result>(
        _ block: TarHeaderBlock, limit: Int, beforePadding: (() throws -> Void)? = nil,
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        guard let size = block.number(.size), size >= 0 else { throw failure("an extended header without a size") }
        guard size <= Int64(limit) else {
            throw failure("an extended header of \(size) bytes, more than \(limit)", .limitExceeded)
        }
        try takeRaw(TarHeaderBlock.size)
        let total = (Int(size) + 511) & ~511
        guard try input.fill(total) else { throw failure("the stream ends within an extended header", .truncated) }
        let result = try body(UnsafeRawBufferPointer(rebasing: input.peek(total)[..<Int(size)]))
        try takeRaw(Int(size))
        try beforePadding?()
        try takeRaw(total - Int(size))
        return result
    }
}

// MARK: Entries

extension TarReader {
    private func readEntry(_ block: TarHeaderBlock) throws -> TarEntry {
        let format = block.format
        var entry = TarEntry(name: try name(of: block, format), kind: .regular)
        currentName = entry.name
        try readFields(of: block, format, into: &entry)
        guard var size = block.number(.size) else { throw failure("an unreadable size") }
        if let globals { merge(globals, into: &entry, isGlobal: true) }
        var pax = pending.pax
        if let records = pax {
            merge(records, into: &entry, isGlobal: false)
            size = records.size ?? size
        }
        if let name = pending.longName, !name.isEmpty { entry.name = name }
        if let link = pending.longLink, !link.isEmpty { entry.linkTarget = link }
        pending = PendingHeaders()
        if let name = pax?.sparse?.name, pax?.sparse?.version != nil { entry.name = name }
        currentName = entry.name
        entry.kind = kind(block.typeFlag, name: entry.name)
        guard size >= 0 else { throw failure("a negative size") }
        if entry.kind.isHeaderOnly { size = 0 }
        // arithmetic: constants
        guard size <= Int64.max - 512 else { throw failure("a size that no archive can have") }
        entry.size = size
        packedLeft = size
        packedSize = size
        padding = Int(-size & 511)
        if block.typeFlag == 0x53 {
            guard format == .gnu else { throw failure("a sparse file outside the GNU format") }
            try readOldSparseMap(block, into: &entry)
        } else {
            try takeRaw(TarHeaderBlock.size)
            if let records = pax?.sparse { try readPaxSparse(records, into: &entry) }
        }
        pax = nil
        try observer?.entry(name: entry.name, size: entry.sparse == nil ? entry.size : 0)
        return entry
    }

    private func kind(_ flag: UInt8, name: [UInt8]) -> TarEntryKind {
        switch flag {
        case 0x30, 0x37, 0x53: .regular
        // The oldest archives mark directories only by a trailing slash.
        case 0: name.last == 0x2f ? .directory : .regular
        case 0x31: .hardLink
        case 0x32: .symlink
        case 0x33: .characterDevice
        case 0x34: .blockDevice
        case 0x35: .directory
        case 0x36: .fifo
        default: .other(flag)
        }
    }

    private func name(of block: TarHeaderBlock, _ format: TarHeaderBlock.Format) throws -> [UInt8] {
        let name = block.text(.name)
        let prefix: UnsafeRawBufferPointer
        switch format {
        case .v7: return [UInt8](name)
        case .ustar: prefix = block.text(.prefix)
        case .star: prefix = block.text(.starPrefix)
        case .gnu:
            // Some writers once put a ustar prefix into GNU headers: it is a prefix unless it is a pair of times.
            if gnuTime(block, .gnuAccess) != .unreadable, gnuTime(block, .gnuChange) != .unreadable {
                return [UInt8](name)
            }
            prefix = block.text(.prefix)
            guard prefix.allSatisfy({ $0 < 0x80 }) else { return [UInt8](name) }
        }
        if prefix.isEmpty { return [UInt8](name) }
        return [UInt8](unsafeUninitializedCapacity: prefix.count + 1 + name.count) { buffer, count in
            count = prefix.count + 1 + name.count
            let raw = UnsafeMutableRawBufferPointer(buffer)
            raw.copyMemory(from: prefix)
            raw[prefix.count] = 0x2f
            UnsafeMutableRawBufferPointer(rebasing: raw[(prefix.count + 1)...]).copyMemory(from: name)
        }
    }

    private enum HeaderTime: Equatable {
        case absent
        case unreadable
        case seconds(Int64)
    }

    private func gnuTime(_ block: TarHeaderBlock, _ field: TarField) -> HeaderTime {
        if block.bytes[field.start] == 0 { return .absent }
        guard let seconds = block.number(field) else { return .unreadable }
        return .seconds(seconds)
    }

    private func readFields(
        of block: TarHeaderBlock, _ format: TarHeaderBlock.Format, into entry: inout TarEntry
    ) throws {
        func number(_ field: TarField, _ what: StaticString) throws -> Int64 {
            guard let value = block.number(field) else { throw failure("an unreadable \(what)") }
            return value
        }
        entry.mode = UInt32(truncatingIfNeeded: try number(.mode, "mode")) & 0o7777
        entry.uid = try number(.uid, "user id")
        entry.gid = try number(.gid, "group id")
        entry.modification.seconds = try number(.modification, "modification time")
        if block.bytes[TarField.linkTarget.start] != 0 { entry.linkTarget = [UInt8](block.text(.linkTarget)) }
        guard format != .v7 else { return }
        entry.userName = reused(block.text(.userName), &lastUserName)
        entry.groupName = reused(block.text(.groupName), &lastGroupName)
        if block.typeFlag == 0x33 || block.typeFlag == 0x34 {
            entry.deviceMajor = UInt32(truncatingIfNeeded: try number(.deviceMajor, "device number"))
            entry.deviceMinor = UInt32(truncatingIfNeeded: try number(.deviceMinor, "device number"))
        }
        if format == .star {
            entry.access = (try number(.starAccess, "access time"), 0)
            entry.change = (try number(.starChange, "change time"), 0)
        } else if format == .gnu {
            let times = (gnuTime(block, .gnuAccess), gnuTime(block, .gnuChange))
            guard times.0 != .unreadable, times.1 != .unreadable else { return }
            if case .seconds(let seconds) = times.0 { entry.access = (seconds, 0) }
            if case .seconds(let seconds) = times.1 { entry.change = (seconds, 0) }
        }
    }

    /// The text as an array, reusing the previous entry's when equal, as owners nearly always are.
    private func reused(_ text: UnsafeRawBufferPointer, _ last: inout [UInt8]) -> [UInt8] {
        if !text.elementsEqual(last) { last = [UInt8](text) }
        return last
    }

    private func merge(_ records: PaxRecords, into entry: inout TarEntry, isGlobal: Bool) {
        if let value = records.userName { entry.userName = value }
        if let value = records.groupName { entry.groupName = value }
        if let value = records.uid { entry.uid = value }
        if let value = records.gid { entry.gid = value }
        if let value = records.modification { entry.modification = value }
        if let value = records.access { entry.access = value }
        if let value = records.change { entry.change = value }
        if isGlobal { return }
        if let value = records.name { entry.name = value }
        if let value = records.linkTarget { entry.linkTarget = value }
        entry.xattrs = records.xattrs
        entry.paxRecords = records.others
    }
}
