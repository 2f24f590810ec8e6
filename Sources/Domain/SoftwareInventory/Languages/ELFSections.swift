// arithmetic: entry, count, names: at most 65536
// arithmetic: length, name, size: checked against what is in memory, or a limit

/// The sections of an ELF file, which is not trusted: sections beyond its end do not exist.
struct ELFSections {
    static let magic: [UInt8] = [0x7F, 0x45, 0x4C, 0x46]

    private let file: ScannedFile
    /// Offset and size by name.
    private var sections: [String: (offset: UInt64, size: UInt64)] = [:]

    /// - Returns: nil for a file without readable sections.
    init?(_ file: ScannedFile) throws {
        self.file = file
        guard let header = try file.bytes(at: 0, count: 64), header.starts(with: Self.magic),
            header[4] == 1 || header[4] == 2, header[5] == 1 || header[5] == 2
        else { return nil }
        let isWide = header[4] == 2
        let isLittle = header[5] == 1
        func field(_ bytes: [UInt8], _ wide: Int, _ narrow: Int, width: Int = 0) -> UInt64? {
            BinaryText.number(
                bytes, isWide ? wide : narrow, width: width == 0 ? (isWide ? 8 : 4) : width, isLittle: isLittle)
        }
        let entry = isWide ? 64 : 40
        guard let table = field(header, 40, 32), field(header, 58, 46, width: 2) == UInt64(entry),
            let count = field(header, 60, 48, width: 2), let names = field(header, 62, 50, width: 2), names < count,
            let bytes = try file.bytes(at: table, count: Int(count) * entry)
        else { return nil }
        // arithmetic: at most 65536 entries
        let entries = (0..<Int(count)).map { Array(bytes[$0 * entry..<($0 + 1) * entry]) }
        let nameEntry = entries[Int(names)]
        guard let place = field(nameEntry, 24, 16), let length = field(nameEntry, 32, 20), length <= 16 << 20,
            let texts = try file.bytes(at: place, count: Int(length))
        else { return nil }
        for entry in entries {
            // Sections without content, such as .bss (type 8), are not in the file.
            guard let name = BinaryText.number(entry, 0, width: 4, isLittle: isLittle), name < UInt64(texts.count),
                BinaryText.number(entry, 4, width: 4, isLittle: isLittle) != 8,
                let offset = field(entry, 24, 16), let size = field(entry, 32, 20)
            else { continue }
            let text = String(decoding: texts[Int(name)...].prefix(64).prefix { $0 != 0 }, as: UTF8.self)
            sections[text] = (offset, size)
        }
    }

    /// A section's content; nil if there is none, or if it is larger than `limit` bytes.
    func content(_ name: String, limit: Int) throws -> [UInt8]? {
        guard let section = sections[name], section.size <= UInt64(limit) else { return nil }
        return try file.bytes(at: section.offset, count: Int(section.size))
    }
}
