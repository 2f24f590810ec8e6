// arithmetic: pageSize, usable, size: at most 65536, or checked to be no more than there is
// arithmetic: frame, place, value, start, local, least, total: positions and lengths in buffers in memory
// arithmetic: number, cells, cell, index: 32 bits, in 64
// arithmetic: length: checked to be in the record

/// Reads the rows of a table from an SQLite database (sqlite.org/fileformat2.html), which is not trusted.
struct SQLiteFile {
    private let bytes: [UInt8]
    /// Where pages that the write-ahead log replaces are in it, by their numbers.
    private var replaced: [UInt32: Int] = [:]
    private let log: [UInt8]
    private let pageSize: Int
    /// The part of a page that cells can use.
    private let usable: Int

    /// - Parameter log: the write-ahead log; may be empty.
    init(_ bytes: [UInt8], log: [UInt8]) throws {
        guard bytes.count >= 100, bytes.starts(with: "SQLite format 3\0".utf8), let size = BinaryText.big16(bytes, 16)
        else {
            throw InventoryError("not an SQLite database")
        }
        self.bytes = bytes
        self.log = log
        pageSize = size == 1 ? 65536 : Int(size)
        // arithmetic: numbers of at most 16 bits, or positions in memory
        usable = pageSize - Int(bytes[20])
        guard pageSize >= 512, pageSize & (pageSize - 1) == 0, usable >= 480 else {
            throw InventoryError("pages of \(pageSize) bytes")
        }
        replaced = Self.committedPages(of: log, pageSize)
    }

    /// The last version of each page in complete transactions of the log.
    private static func committedPages(of log: [UInt8], _ pageSize: Int) -> [UInt32: Int] {
        guard let magic = BinaryText.big32(log, 0), magic & ~1 == 0x377F_0682,
            BinaryText.big32(log, 8) == UInt32(pageSize)
        else { return [:] }
        var (committed, pending): ([UInt32: Int], [UInt32: Int]) = ([:], [:])
        for frame in stride(from: 32, through: log.count - pageSize - 24, by: pageSize + 24) {
            // Frames of an older log have other salts.
            // arithmetic: numbers of at most 16 bits, or positions in memory
            guard log[frame + 8..<frame + 16] == log[16..<24], let number = BinaryText.big32(log, frame),
                let size = BinaryText.big32(log, frame + 4)
            else { break }
            pending[number] = frame + 24
            guard size != 0 else { continue }
            committed.merge(pending) { $1 }
            pending = [:]
        }
        return committed
    }

    private func page(_ number: UInt32) throws -> ArraySlice<UInt8> {
        if let place = replaced[number] { return log[place..<place + pageSize] }
        guard number > 0, Int(number) <= bytes.count / pageSize else { throw InventoryError("no page \(number)") }
        let start = (Int(number) - 1) * pageSize
        return bytes[start..<start + pageSize]
    }

    /// The columns of all rows of a table: texts and blobs as their bytes, everything else as nothing.
    func rows(ofTable name: String) throws -> [[[UInt8]]] {
        for entry in try rows(of: 1) where entry.count >= 4 && entry[0].elementsEqual("table".utf8) {
            guard entry[1].elementsEqual(name.utf8) else { continue }
            // arithmetic: numbers of at most 16 bits, or positions in memory
            let root = entry[3].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return try rows(of: UInt32(clamping: root))
        }
        throw InventoryError("no table \(name)")
    }

    /// The rows of the table's tree with this root, every page of which is visited once.
    private func rows(of root: UInt32) throws -> [[[UInt8]]] {
        var rows: [[[UInt8]]] = []
        // Rows do not share pages: together they are no larger than the files.
        var budget = bytes.count + log.count
        var pending = [root]
        var visited: Set<UInt32> = []
        while let number = pending.popLast() {
            guard visited.insert(number).inserted else { throw InventoryError("page \(number) is used twice") }
            let page = Array(try self.page(number))
            let start = number == 1 ? 100 : 0
            guard let cells = BinaryText.big16(page, start + 3) else { throw InventoryError("a damaged page") }
            let isLeaf = page[start] == 0x0D
            guard isLeaf || page[start] == 0x05 else { throw InventoryError("page \(number) is not of a table") }
            var children: [UInt32] = []
            for index in 0..<Int(cells) {
                // arithmetic: numbers of at most 16 bits, or positions in memory
                guard let cell = BinaryText.big16(page, start + (isLeaf ? 8 : 12) + index * 2) else {
                    throw InventoryError("page \(number) is damaged")
                }
                if isLeaf {
                    let record = try payload(at: Int(cell), of: page)
                    budget -= record.count
                    guard budget >= 0 else { throw InventoryError("rows that share pages") }
                    rows.append(try Self.columns(record))
                } else if let child = BinaryText.big32(page, Int(cell)) {
                    children.append(child)
                }
            }
            if !isLeaf, let last = BinaryText.big32(page, start + 8) { children.append(last) }
            pending += children.reversed()
        }
        return rows
    }

    /// The record in a cell of a leaf, with its overflow pages.
    private func payload(at start: Int, of page: [UInt8]) throws -> [UInt8] {
        var place = start
        guard let size = Self.varint(page, &place), Self.varint(page, &place) != nil,
            size <= UInt64(bytes.count + log.count)
        else { throw InventoryError("a damaged row") }
        let total = Int(size)
        let local: Int
        if total <= usable - 35 {
            local = total
        } else {
            let least = (usable - 12) * 32 / 255 - 23
            let wanted = least + (total - least) % (usable - 4)
            local = wanted <= usable - 35 ? wanted : least
        }
        guard place + local <= page.count else { throw InventoryError("a damaged row") }
        var content = Array(page[place..<place + local])
        var next = local < total ? BinaryText.big32(page, place + local) ?? 0 : 0
        while content.count < total {
            let overflow = Array(try self.page(next))
            content += overflow[4..<usable].prefix(total - content.count)
            next = BinaryText.big32(overflow, 0) ?? 0
        }
        return content
    }

    /// The columns of a record: a header of types, then the values.
    private static func columns(_ record: [UInt8]) throws -> [[UInt8]] {
        var place = 0
        guard let length = varint(record, &place), length <= UInt64(record.count) else {
            throw InventoryError("a damaged record")
        }
        var value = Int(length)
        var columns: [[UInt8]] = []
        while place < Int(length), let type = varint(record, &place) {
            let size: UInt64 =
                switch type {
                case 0...4: type
                case 5: 6
                case 6, 7: 8
                case 8...11: 0
                // arithmetic: 12 or more
                default: (type - 12) / 2
                }
            guard size <= UInt64(record.count - value) else { throw InventoryError("a damaged record") }
            // A number is kept as its bytes: the root pages of tables are such.
            columns.append(type == 9 ? [1] : Array(record[value..<value + Int(size)]))
            value += Int(size)
        }
        return columns
    }

    /// A number of one to nine bytes.
    private static func varint(_ bytes: [UInt8], _ place: inout Int) -> UInt64? {
        var value: UInt64 = 0
        for index in 0..<9 {
            guard place >= 0, place < bytes.count else { return nil }
            let byte = bytes[place]
            place += 1
            // arithmetic: numbers of at most 16 bits, or positions in memory
            if index == 8 { return value << 8 | UInt64(byte) }
            value = value << 7 | UInt64(byte & 0x7F)
            if byte & 0x80 == 0 { return value }
        }
        return value
    }
}
