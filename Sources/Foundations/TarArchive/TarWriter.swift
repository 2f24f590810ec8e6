/// Writes an archive to a stream: the same entries always produce the same bytes.
///
/// Each entry is a ustar header (POSIX.1-2017), preceded by a pax extended header for what ustar cannot express: long
/// or non-ASCII names, extended attributes, times that are not whole seconds from 1970 on, large numbers. The bytes are
/// those that Go's archive/tar writes in its PAX format, so that layers with equal content have equal digests.
///
/// Output is buffered until ``finish()``. After an error the writer cannot be used again. Not thread-safe.
package final class TarWriter {
    private let sink: (UnsafeRawBufferPointer) throws -> Void
    private let observer: (any TarSegmentObserver)?
    private let splitsLongNames: Bool
    private var buffer: [UInt8] = []
    private var isInEntry = false
    private var isFinished = false
    private var contentLeft: Int64 = 0
    private var padding = 0
    private var currentName: [UInt8] = []
    private let bufferSize = 64 << 10

    /// - Parameters:
    ///   - write: receives the archive's bytes.
    ///   - splitsLongNames: stores names of 101 to 256 ASCII bytes in ustar's prefix field if they can be split,
    ///     instead of in an extended header. Saves 1 KiB for each of them, but differs from the output of other
    ///     image builders.
    ///   - segmentObserver: receives the archive split into raw bytes and content.
    package init(
        write: @escaping (UnsafeRawBufferPointer) throws -> Void, splitsLongNames: Bool = false,
        segmentObserver: (any TarSegmentObserver)? = nil
    ) {
        sink = write
        observer = segmentObserver
        self.splitsLongNames = splitsLongNames
        buffer.reserveCapacity(bufferSize + 4096)
    }

    /// Writes the headers of an entry; its content must follow, then ``end()``.
    ///
    /// The entry's `size` is used only for types with content. A sparse entry is written in full: its content must
    /// include the holes as zeros.
    /// - Throws: ``TarError`` when the format cannot express the entry (none of it has been written then).
    package func begin(_ entry: TarEntry) throws {
        guard !isFinished, !isInEntry else {
            throw TarError(.misuse, "an entry begins within another or after the end")
        }
        var encoder = TarHeaderEncoder(entry, splitsLongNames: splitsLongNames)
        let headers = try encoder.encode()
        let size = entry.kind.isHeaderOnly ? 0 : entry.size
        try headers.withUnsafeBytes { try put(raw: $0) }
        try observer?.entry(name: entry.name, size: size)
        currentName = entry.name
        contentLeft = size
        padding = Int(-size & 511)
        isInEntry = true
    }

    /// Writes a piece of the current entry's content.
    ///
    /// - Throws: ``TarError`` when it exceeds the declared size.
    package func write(content: UnsafeRawBufferPointer) throws {
        guard isInEntry else { throw TarError(.misuse, "content was written outside an entry") }
        guard Int64(content.count) <= contentLeft else {
            throw TarError(
                .mismatch, "\(Int64(content.count) - contentLeft) bytes more than announced",
                entry: TarError.shown(currentName))
        }
        contentLeft -= Int64(content.count)
        try put(content)
        try observer?.content(content)
    }

    /// Ends the current entry.
    ///
    /// - Throws: ``TarError`` when content is missing.
    package func end() throws {
        guard isInEntry else { throw TarError(.misuse, "an entry was ended outside an entry") }
        guard contentLeft == 0 else {
            throw TarError(.mismatch, "\(contentLeft) bytes less than announced", entry: TarError.shown(currentName))
        }
        isInEntry = false
        try putZeros(padding)
    }

    /// Writes the end marker (two zero blocks) and flushes. Does not finish the sink.
    package func finish() throws {
        guard !isInEntry, !isFinished else { throw TarError(.misuse, "the archive ends within an entry or twice") }
        isFinished = true
        try putZeros(2 * TarHeaderBlock.size)
        try observer?.endOfArchive()
        try flush()
    }

    private func putZeros(_ count: Int) throws {
        guard count > 0 else { return }
        try withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) { zeros in
            zeros.initializeMemory(as: UInt8.self, repeating: 0)
            try put(raw: UnsafeRawBufferPointer(zeros))
        }
    }

    private func put(raw bytes: UnsafeRawBufferPointer) throws {
        try put(bytes)
        try observer?.raw(bytes)
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws {
        if buffer.count + bytes.count > bufferSize { try flush() }
        if bytes.count >= bufferSize / 2 {
            try flush()
            try sink(bytes)
        } else {
            buffer.append(contentsOf: bytes)
        }
    }

    private func flush() throws {
        guard !buffer.isEmpty else { return }
        try buffer.withUnsafeBytes { try sink($0) }
        buffer.removeAll(keepingCapacity: true)
    }
}
