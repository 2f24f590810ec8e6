// arithmetic: position, total, index: places in the header, which is in memory
// arithmetic: digit: one digit
// arithmetic: maximumSparseExtents: a limit of ours

/// What a pax extended header says (POSIX.1-2017, pax, "pax Extended Header"), its keywords already understood.
struct PaxRecords {
    var name: [UInt8]?
    var linkTarget: [UInt8]?
    var userName: [UInt8]?
    var groupName: [UInt8]?
    var uid: Int64?
    var gid: Int64?
    var size: Int64?
    var modification: TarTime?
    var access: TarTime?
    var change: TarTime?
    var xattrs: [(name: [UInt8], value: [UInt8])] = []
    var others: [(key: [UInt8], value: [UInt8])] = []
    var sparse: PaxSparse?

    /// Why a header is invalid.
    struct Fault: Error {
        var kind: TarError.Kind = .malformed
        let message: String
    }

    /// Parses `LENGTH KEY=VALUE\n` records.
    init(parsing data: UnsafeRawBufferPointer, limits: TarLimits) throws(Fault) {
        var position = 0
        var count = 0
        while position < data.count {
            let record = UnsafeRawBufferPointer(rebasing: data[position...])
            let (body, total) = try PaxRecords.splitLength(record)
            guard let equals = body.firstIndex(of: 0x3d) else { throw Fault(message: "a pax record without =") }
            let key = UnsafeRawBufferPointer(rebasing: body[..<equals])
            let value = UnsafeRawBufferPointer(rebasing: body[(equals + 1)...])
            if key.isEmpty || key.contains(0) { throw Fault(message: "a pax record with an unusable key") }
            if key.startsWith("GNU.sparse.") {
                try setSparse(key, value, limits)
            } else {
                count += 1
                guard count <= limits.maximumPaxRecords else {
                    throw Fault(kind: .limitExceeded, message: "more than \(limits.maximumPaxRecords) pax records")
                }
                try set(key, value, limits)
            }
            position += total
        }
    }

    /// The record's `KEY=VALUE` and its length with the length digits and the newline.
    private static func splitLength(
        _ record: UnsafeRawBufferPointer
    ) throws(Fault) -> (body: UnsafeRawBufferPointer, total: Int) {
        var total = 0
        var index = 0
        while index < record.count, index < 20 {
            let digit = record[index] &- 0x30
            if digit > 9 { break }
            total = min(total * 10 + Int(digit), 1 << 40)
            index += 1
        }
        guard index > 0, index < record.count, record[index] == 0x20, total > index + 2, total <= record.count,
            record[total - 1] == 0x0a
        else { throw Fault(message: "a pax record with a wrong length") }
        return (UnsafeRawBufferPointer(rebasing: record[(index + 1)..<(total - 1)]), total)
    }

    private mutating func set(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ limits: TarLimits
    ) throws(Fault) {
        if key.startsWith("SCHILY.xattr.") {
            let name = [UInt8](key[13...])
            guard !name.isEmpty else { throw Fault(message: "an extended attribute without a name") }
            if let index = xattrs.firstIndex(where: { $0.name == name }) {
                xattrs[index].value = [UInt8](value)
            } else {
                xattrs.append((name, [UInt8](value)))
            }
            return
        }
        // An empty value keeps the value of the header block.
        if key.equals("path") {
            name = try text(value, key, limits) ?? name
        } else if key.equals("linkpath") {
            linkTarget = try text(value, key, limits) ?? linkTarget
        } else if key.equals("uname") {
            userName = try text(value, key, limits) ?? userName
        } else if key.equals("gname") {
            groupName = try text(value, key, limits) ?? groupName
        } else if key.equals("uid") {
            uid = try number(value, key) ?? uid
        } else if key.equals("gid") {
            gid = try number(value, key) ?? gid
        } else if key.equals("size") {
            size = try number(value, key) ?? size
        } else if key.equals("mtime") {
            modification = try time(value, key) ?? modification
        } else if key.equals("atime") {
            access = try time(value, key) ?? access
        } else if key.equals("ctime") {
            change = try time(value, key) ?? change
        } else {
            others.append(([UInt8](key), [UInt8](value)))
        }
    }

    private func text(
        _ value: UnsafeRawBufferPointer, _ key: UnsafeRawBufferPointer, _ limits: TarLimits
    ) throws(Fault) -> [UInt8]? {
        if value.isEmpty { return nil }
        guard value.count <= limits.maximumNameLength else {
            throw Fault(kind: .limitExceeded, message: "\(key.shown) longer than \(limits.maximumNameLength) bytes")
        }
        guard !value.contains(0) else { throw Fault(message: "\(key.shown) contains a NUL") }
        return [UInt8](value)
    }

    private func number(_ value: UnsafeRawBufferPointer, _ key: UnsafeRawBufferPointer) throws(Fault) -> Int64? {
        if value.isEmpty { return nil }
        guard let number = TarNumber.decimal(value) else { throw Fault(message: "\(key.shown) is not a number") }
        return number
    }

    private func time(_ value: UnsafeRawBufferPointer, _ key: UnsafeRawBufferPointer) throws(Fault) -> TarTime? {
        if value.isEmpty { return nil }
        guard let time = TarNumber.time(value) else { throw Fault(message: "\(key.shown) is not a time") }
        return time
    }
}

extension PaxRecords {
    private mutating func setSparse(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ limits: TarLimits
    ) throws(Fault) {
        var found = sparse ?? PaxSparse()
        let full = Fault(kind: .limitExceeded, message: "more than \(limits.maximumSparseExtents) sparse extents")
        if key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes") {
            // Version 0.0: one record each, in pairs.
            let isOffset = key.equals("GNU.sparse.offset")
            guard isOffset == (found.numbers.count % 2 == 0), let number = TarNumber.decimal(value) else {
                throw Fault(message: "a broken sparse map")
            }
            guard found.numbers.count < 2 * limits.maximumSparseExtents else { throw full }
            found.numbers.append(number)
        } else if key.equals("GNU.sparse.map") {
            // Version 0.1: all in one record.
            found.numbers = []
            for part in value.split(separator: 0x2c, omittingEmptySubsequences: false) where !value.isEmpty {
                guard let number = TarNumber.decimal(UnsafeRawBufferPointer(rebasing: part)) else {
                    throw Fault(message: "a broken sparse map")
                }
                guard found.numbers.count < 2 * limits.maximumSparseExtents else { throw full }
                found.numbers.append(number)
            }
            found.hasMap = true
        } else if key.equals("GNU.sparse.major") {
            found.major = try number(value, key)
        } else if key.equals("GNU.sparse.minor") {
            found.minor = try number(value, key)
        } else if key.equals("GNU.sparse.numblocks") {
            found.extentCount = try number(value, key)
        } else if key.equals("GNU.sparse.size") || key.equals("GNU.sparse.realsize") {
            found.realSize = try number(value, key) ?? found.realSize
        } else if key.equals("GNU.sparse.name") {
            found.name = try text(value, key, limits) ?? found.name
        }
        sparse = found
    }
}

/// The `GNU.sparse.` records of one extended header.
struct PaxSparse {
    var major: Int64?
    var minor: Int64?
    var name: [UInt8]?
    var realSize: Int64?
    var extentCount: Int64?
    /// Offsets and lengths, alternating (versions 0.0 and 0.1).
    var numbers: [Int64] = []
    var hasMap = false

    enum Version {
        /// The map is in the records.
        case inRecords
        /// The map precedes the content (1.0).
        case inContent
    }

    /// Nil when the entry is not a sparse file, or has an unknown version and is read as stored.
    var version: Version? {
        switch (major, minor) {
        case (0, 0), (0, 1): .inRecords
        case (1, 0): .inContent
        case (nil, nil): hasMap || !numbers.isEmpty ? .inRecords : nil
        default: nil
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes are those of an ASCII literal.
    func equals(_ literal: StaticString) -> Bool {
        count == literal.utf8CodeUnitCount && startsWith(literal)
    }

    func startsWith(_ literal: StaticString) -> Bool {
        let length = literal.utf8CodeUnitCount
        guard count >= length else { return false }
        let start = literal.utf8Start
        var index = 0
        while index < length {
            if self[index] != start[index] { return false }
            index += 1
        }
        return true
    }

    /// The bytes as text, for errors.
    var shown: String { String(decoding: prefix(100), as: UTF8.self) }
}
