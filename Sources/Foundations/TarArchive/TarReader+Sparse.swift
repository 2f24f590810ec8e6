// arithmetic: start, index: places in a block
// arithmetic: maximumSparseExtents: a limit of ours
// arithmetic: packedLeft: at least 512, as is checked before

/// Where in a sparse file the reader stands.
struct SparseCursor {
    let extents: [(offset: Int64, length: Int64)]
    let size: Int64
    /// The offset of the next byte in the expanded file.
    var position: Int64 = 0
    /// The extent that contains the position or follows it.
    var index = 0
}

extension TarReader {
    /// The run of data or hole at the current position; nil at the end of the file.
    func nextSparseRun() -> (length: Int64, isData: Bool)? {
        guard var cursor = sparse else { return nil }
        while cursor.index < cursor.extents.count {
            let extent = cursor.extents[cursor.index]
            if cursor.position < extent.offset { break }
            // arithmetic: the map was checked: no extent leaves the file
            if cursor.position < extent.offset + extent.length {
                sparse?.index = cursor.index
                // arithmetic: the same
                return (extent.offset + extent.length - cursor.position, true)
            }
            cursor.index += 1
        }
        sparse?.index = cursor.index
        let end = cursor.index < cursor.extents.count ? cursor.extents[cursor.index].offset : cursor.size
        return end > cursor.position ? (end - cursor.position, false) : nil  // arithmetic: both are places in the file
    }

    /// GNU's old format (type `S`): four extents in the header, more in blocks of 21 that follow it.
    func readOldSparseMap(_ header: TarHeaderBlock, into entry: inout TarEntry) throws {
        guard let realSize = header.number(.gnuRealSize) else { throw failure("an unreadable sparse file size") }
        var numbers: [Int64] = []
        try appendOldExtents(header.bytes, at: TarField.gnuExtents, count: 4, to: &numbers)
        var isExtended = header.bytes[TarField.gnuIsExtended] != 0
        try takeRaw(TarHeaderBlock.size)
        while isExtended {
            guard try input.fill(512) else { throw failure("the stream ends within a sparse map", .truncated) }
            let block = input.peek(512)
            try appendOldExtents(block, at: 0, count: 21, to: &numbers)
            isExtended = block[504] != 0
            try takeRaw(512)
        }
        try beginSparse(numbers, size: realSize, &entry)
    }

    private func appendOldExtents(
        _ bytes: UnsafeRawBufferPointer, at start: Int, count: Int, to numbers: inout [Int64]
    ) throws {
        let block = TarHeaderBlock(bytes: bytes)
        for index in 0..<count {
            let offset = TarField(start: start + index * 24, count: 12)
            if bytes[offset.start] == 0 { break }
            guard let first = block.number(offset),
                let length = block.number(TarField(start: offset.start + 12, count: 12))
            else { throw failure("an unreadable sparse map") }
            try append(first, to: &numbers)
            numbers.append(length)
        }
    }

    private func append(_ number: Int64, to numbers: inout [Int64]) throws {
        guard numbers.count < 2 * limits.maximumSparseExtents else {
            throw failure("more than \(limits.maximumSparseExtents) sparse extents", .limitExceeded)
        }
        numbers.append(number)
    }

    /// GNU's pax formats 0.0, 0.1 and 1.0; entries of any other version are read as stored.
    func readPaxSparse(_ records: PaxSparse, into entry: inout TarEntry) throws {
        guard let version = records.version else { return }
        guard case .regular = entry.kind else { throw failure("a sparse entry that is not a file") }
        switch version {
        case .inRecords:
            if let count = records.extentCount, count != Int64(records.numbers.count / 2) {
                throw failure("a sparse map without the announced \(count) extents")
            }
            try beginSparse(records.numbers, size: records.realSize ?? entry.size, &entry)
        case .inContent:
            let numbers = try readContentMap()
            try beginSparse(numbers, size: records.realSize ?? entry.size, &entry)
        }
    }

    /// Version 1.0: decimal lines (the count, then offset and length of each extent), padded to a whole block.
    private func readContentMap() throws -> [Int64] {
        var numbers: [Int64] = []
        var wanted: Int64 = 1
        var value: Int64 = 0
        var digits = 0
        var hasCount = false
        while Int64(numbers.count) < wanted || !hasCount {
            guard packedLeft >= 512 else { throw failure("a sparse map longer than the content") }
            guard try input.fill(512) else { throw failure("the stream ends within a sparse map", .truncated) }
            for byte in input.peek(512) {
                if byte != 0x0a {
                    guard byte &- 0x30 <= 9, digits < 18 else { throw failure("an unreadable sparse map") }
                    value = value * 10 + Int64(byte &- 0x30)  // arithmetic: 18 digits at most
                    digits += 1
                    continue
                }
                guard digits > 0 else { throw failure("an unreadable sparse map") }
                if hasCount {
                    numbers.append(value)
                } else {
                    guard value <= Int64(limits.maximumSparseExtents) else {
                        throw failure("more than \(limits.maximumSparseExtents) sparse extents", .limitExceeded)
                    }
                    wanted = 2 * value  // arithmetic: at most the limit above
                    hasCount = true
                }
                value = 0
                digits = 0
                if hasCount, Int64(numbers.count) == wanted { break }
            }
            try takeRaw(512)
            packedLeft -= 512
        }
        return numbers
    }

    private func beginSparse(_ numbers: [Int64], size: Int64, _ entry: inout TarEntry) throws {
        guard numbers.count % 2 == 0 else { throw failure("a sparse map with half an extent") }
        guard size >= 0 else { throw failure("a negative sparse file size") }
        guard size <= limits.maximumSparseSize else {
            throw failure("a sparse file of \(size) bytes, more than \(limits.maximumSparseSize)", .limitExceeded)
        }
        var extents: [(offset: Int64, length: Int64)] = []
        extents.reserveCapacity(numbers.count / 2)
        var end: Int64 = 0
        var packed: Int64 = 0
        for index in stride(from: 0, to: numbers.count, by: 2) {
            let (offset, length) = (numbers[index], numbers[index + 1])
            // arithmetic: 0 <= offset <= size
            guard offset >= end, length >= 0, offset <= size, length <= size - offset else {
                throw failure("sparse extents that overlap, go backwards or leave the file")
            }
            end = offset + length  // arithmetic: at most the size, as was checked
            packed += length  // arithmetic: extents do not overlap: at most the size
            if length > 0 { extents.append((offset, length)) }
        }
        guard packed == packedLeft else {
            throw failure("sparse extents of \(packed) bytes where the content has \(packedLeft)")
        }
        // Neither is larger than a limit, so that the sum fits.
        holes += size - packed  // arithmetic: at most two limits of ours
        guard holes <= limits.maximumHoles else {
            throw failure("more than \(limits.maximumHoles) bytes of holes in sparse files", .limitExceeded)
        }
        entry.size = size
        entry.sparse = extents
        sparse = SparseCursor(extents: extents, size: size)
    }
}
