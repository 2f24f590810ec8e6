// arithmetic: start, first, slash, rest, total: places in a name or a block, which are in memory
// arithmetic: mode, deviceMajor, deviceMinor, number, byte: of 32 bits at most
// arithmetic: sum: of the bytes of a block

/// Makes the header blocks of one entry.
struct TarHeaderEncoder {
    private let entry: TarEntry
    private let splitsLongNames: Bool
    private var records: [(key: [UInt8], value: [UInt8])] = []

    init(_ entry: TarEntry, splitsLongNames: Bool) {
        self.entry = entry
        self.splitsLongNames = splitsLongNames
    }

    /// The pax header, if needed, and the ustar header.
    mutating func encode() throws(TarError) -> [UInt8] {
        try check()
        let split = try collectRecords()
        var output: [UInt8] = []
        if !records.isEmpty { try appendPaxHeader(to: &output) }
        var block = HeaderBlockBuilder()
        block.put(entry.userName.asASCII, in: .userName)
        block.put(entry.groupName.asASCII, in: .groupName)
        if let split {
            block.put(split.name, in: .name)
            block.put(split.prefix, in: .prefix)
        } else {
            block.put(entry.name.asASCII, in: .name)
        }
        block.put(entry.linkTarget.asASCII, in: .linkTarget)
        block.put(Int64(entry.mode), in: .mode)
        block.put(entry.uid, in: .uid)
        block.put(entry.gid, in: .gid)
        block.put(contentSize, in: .size)
        block.put(entry.modification.seconds, in: .modification)
        block.put(Int64(entry.deviceMajor), in: .deviceMajor)
        block.put(Int64(entry.deviceMinor), in: .deviceMinor)
        block.bytes[TarField.typeFlag] = try typeFlag()
        output += block.finished()
        return output
    }

    private var contentSize: Int64 { entry.kind.isHeaderOnly ? 0 : entry.size }

    private func fault(_ message: String) -> TarError {
        TarError(.unrepresentable, message, entry: TarError.shown(entry.name))
    }

    private func check() throws(TarError) {
        guard !entry.name.isEmpty else { throw fault("it has no name") }
        for text in [entry.name, entry.linkTarget, entry.userName, entry.groupName] where text.contains(0) {
            throw fault("a name contains a NUL")
        }
        // arithmetic: constants
        guard contentSize >= 0, contentSize <= .max - 512 else { throw fault("its size is \(contentSize)") }
        let isLink = entry.kind == .hardLink || entry.kind == .symlink
        guard !isLink || !entry.linkTarget.isEmpty else { throw fault("the link has no target") }
        for number in [entry.mode, entry.deviceMajor, entry.deviceMinor] where !TarNumber.fitsOctal(Int64(number), 8) {
            throw fault("its mode or device number is too large")
        }
        for time in [entry.modification, entry.access, entry.change] {
            if let time, !(0..<1_000_000_000).contains(time.nanoseconds) { throw fault("a time is out of range") }
        }
    }

    private func typeFlag() throws(TarError) -> UInt8 {
        switch entry.kind {
        case .regular: return 0x30
        case .hardLink: return 0x31
        case .symlink: return 0x32
        case .characterDevice: return 0x33
        case .blockDevice: return 0x34
        case .directory: return 0x35
        case .fifo: return 0x36
        case .other(let flag):
            // These flags change the interpretation of the next header.
            guard !Array("xgLKSV\0".utf8).contains(flag) else { throw fault("its type belongs to the format") }
            return flag
        }
    }

    /// Collects the values that need a pax record, ordered by key.
    ///
    /// - Returns: the name in two parts when it fits into ustar's fields that way.
    private mutating func collectRecords() throws(TarError) -> (prefix: [UInt8], name: [UInt8])? {
        let split = splitsLongNames ? splitName() : nil
        if split == nil { add("path", entry.name, TarField.name.count) }
        add("linkpath", entry.linkTarget, TarField.linkTarget.count)
        add("uname", entry.userName, TarField.userName.count)
        add("gname", entry.groupName, TarField.groupName.count)
        add("uid", entry.uid, TarField.uid.count)
        add("gid", entry.gid, TarField.gid.count)
        add("size", contentSize, TarField.size.count)
        let time = entry.modification
        if time.nanoseconds != 0 || !TarNumber.fitsOctal(time.seconds, TarField.modification.count) {
            records.append((Array("mtime".utf8), Array(TarNumber.paxText(of: time).utf8)))
        }
        if let access = entry.access {
            records.append((Array("atime".utf8), Array(TarNumber.paxText(of: access).utf8)))
        }
        if let change = entry.change {
            records.append((Array("ctime".utf8), Array(TarNumber.paxText(of: change).utf8)))
        }
        for attribute in entry.xattrs {
            records.append((Array("SCHILY.xattr.".utf8) + attribute.name, attribute.value))
        }
        let built = records.count
        for record in entry.paxRecords {
            guard !TarHeaderEncoder.ownKeys.contains(record.key), !record.key.starts(with: "GNU.sparse.".utf8) else {
                throw fault("the pax record \(String(decoding: record.key, as: UTF8.self)) stands for a property")
            }
            records.append(record)
        }
        if records.count > max(built, 1) || !entry.xattrs.isEmpty || built > 1 { try sortRecords() }
        for record in records where record.key.isEmpty || record.key.contains(0) || record.key.contains(0x3d) {
            throw fault("a pax key cannot be empty or contain = or a NUL")
        }
        return split
    }

    private static let ownKeys: [[UInt8]] = [
        "path", "linkpath", "uname", "gname", "uid", "gid", "size", "mtime", "atime", "ctime",
    ].map { Array($0.utf8) }

    private mutating func sortRecords() throws(TarError) {
        records.sort { $0.key.lexicographicallyPrecedes($1.key) }
        for index in records.indices.dropFirst() where records[index].key == records[index - 1].key {
            throw fault("the pax record \(String(decoding: records[index].key, as: UTF8.self)) occurs twice")
        }
    }

    private mutating func add(_ key: StaticString, _ text: [UInt8], _ room: Int) {
        guard text.count > room || !text.isASCII else { return }
        records.append((key.withUTF8Buffer { Array($0) }, text))
    }

    private mutating func add(_ key: StaticString, _ number: Int64, _ room: Int) {
        guard !TarNumber.fitsOctal(number, room) else { return }
        records.append((key.withUTF8Buffer { Array($0) }, Array(String(number).utf8)))
    }

    /// The last slash with at most 155 bytes before and at most 100 after it.
    private func splitName() -> (prefix: [UInt8], name: [UInt8])? {
        let name = entry.name
        guard name.count > TarField.name.count, name.isASCII else { return nil }
        // arithmetic: at most the length of the name
        let end = min(name.count - (name.last == 0x2f ? 1 : 0), TarField.prefix.count + 1)
        guard let slash = name[..<end].lastIndex(of: 0x2f), slash > 0, name.count - slash - 1 <= TarField.name.count,
            name.count - slash - 1 > 0
        else { return nil }
        return (Array(name[..<slash]), Array(name[(slash + 1)...]))
    }
}

// MARK: The pax header

extension TarHeaderEncoder {
    private func appendPaxHeader(to output: inout [UInt8]) throws(TarError) {
        var data: [UInt8] = []
        for record in records {
            // The length counts its own digits.
            let rest = record.key.count + record.value.count + 3
            var total = rest + String(rest).utf8.count
            total = rest + String(total).utf8.count
            data += String(total).utf8
            data.append(0x20)
            data += record.key
            data.append(0x3d)
            data += record.value
            data.append(0x0a)
        }
        guard data.count <= TarLimits.default.maximumPaxSize else { throw fault("its attributes are too large") }
        var block = HeaderBlockBuilder()
        block.put(TarHeaderEncoder.paxName(of: entry.name), in: .name)
        for field in [TarField.mode, .uid, .gid, .modification] { block.put(0, in: field) }
        block.put(Int64(data.count), in: .size)
        block.bytes[TarField.typeFlag] = 0x78
        output += block.finished()
        output += data
        output += repeatElement(0, count: -data.count & 511)
    }

    /// `DIRECTORY/PaxHeaders.0/FILE`, without dots and double slashes, ASCII only and truncated to fit.
    static func paxName(of name: [UInt8]) -> [UInt8] {
        let slash = name.lastIndex(of: 0x2f) ?? -1
        let whole = name[...slash] + Array("/PaxHeaders.0/".utf8) + name[(slash + 1)...]
        var parts: [ArraySlice<UInt8>] = []
        let isAbsolute = slash >= 0 && name.first == 0x2f
        for part in whole.split(separator: 0x2f) {
            if part.elementsEqual([0x2e]) { continue }
            if part.elementsEqual([0x2e, 0x2e]) {
                if let last = parts.last, !last.elementsEqual([0x2e, 0x2e]) {
                    parts.removeLast()
                    continue
                }
                if isAbsolute { continue }
            }
            parts.append(part)
        }
        var result = Array(((isAbsolute ? [0x2f] : []) + Array(parts.joined(separator: [0x2f]))).asASCII.prefix(100))
        while result.last == 0x2f { result.removeLast() }
        if result.isEmpty { result = [0x2e] }
        return result
    }
}

/// A header block under construction.
private struct HeaderBlockBuilder {
    var bytes = [UInt8](repeating: 0, count: TarHeaderBlock.size)

    /// Text that does not fit is truncated: the extended header has it in full.
    mutating func put(_ text: [UInt8], in field: TarField) {
        let count = min(text.count, field.count)
        for index in 0..<count { bytes[field.start + index] = text[index] }
        // A truncated path must not look like a directory.
        guard text.count > field.count, bytes[field.start + field.count - 1] == 0x2f else { return }
        var first = field.count - 1
        while first > 0, bytes[field.start + first - 1] == 0x2f { first -= 1 }
        bytes[field.start + first] = 0
    }

    /// Octal with leading zeros and a NUL; 0 when it does not fit: the extended header has it then.
    mutating func put(_ number: Int64, in field: TarField) {
        var rest = TarNumber.fitsOctal(number, field.count) ? number : 0
        for index in stride(from: field.count - 2, through: 0, by: -1) {
            bytes[field.start + index] = 0x30 + UInt8(rest & 7)
            rest >>= 3
        }
    }

    mutating func finished() -> [UInt8] {
        let magic: [UInt8] = [0x75, 0x73, 0x74, 0x61, 0x72, 0, 0x30, 0x30]
        for index in 0..<8 {
            bytes[TarField.magic.start + index] = magic[index]
            bytes[TarField.checksum.start + index] = 0x20
        }
        var sum: Int64 = 0
        for byte in bytes { sum += Int64(byte) }
        for index in stride(from: 5, through: 0, by: -1) {
            bytes[TarField.checksum.start + index] = 0x30 + UInt8(sum & 7)
            sum >>= 3
        }
        bytes[TarField.checksum.start + 6] = 0
        return bytes
    }
}

extension [UInt8] {
    var isASCII: Bool { allSatisfy { $0 < 0x80 } }

    /// Without non-ASCII characters.
    fileprivate var asASCII: [UInt8] { isASCII ? self : filter { $0 < 0x80 } }
}
