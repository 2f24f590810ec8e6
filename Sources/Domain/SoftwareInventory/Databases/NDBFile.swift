// arithmetic: start, block: a number of 32 bits times 16, in 64 bits
// arithmetic: length: 32 bits, in 64

/// RPM's own database format (`lib/backend/ndb/rpmpkg.c`): pages of slots, which point to blobs.
enum NDBFile {
    private static let page = 4096

    /// The blobs of all packages.
    static func blobs(in file: [UInt8]) throws -> [[UInt8]] {
        // "RpmP", version 0, generation, number of pages with slots.
        guard BinaryText.big32(file, 0) == 0x5270_6D50, BinaryText.little32(file, 4) == 0,
            let pages = BinaryText.little32(file, 12), Int(pages) <= file.count / page
        else { throw InventoryError("not an RPM database of the kind ndb") }
        var blobs: [[UInt8]] = []
        var seen: Set<UInt32> = []
        for place in stride(from: 32, to: Int(pages) * page, by: 16) {
            guard BinaryText.big32(file, place) == 0x536C_6F74, let index = BinaryText.little32(file, place + 4),
                let block = BinaryText.little32(file, place + 8)
            else { throw InventoryError("a damaged slot") }
            guard index != 0 else { continue }
            guard seen.insert(index).inserted else { throw InventoryError("package \(index) is listed twice") }
            let start = Int(block) * 16
            guard BinaryText.big32(file, start) == 0x426C_6253, BinaryText.little32(file, start + 4) == index,
                let length = BinaryText.little32(file, start + 12), Int(length) <= file.count - start - 16
            else { throw InventoryError("package \(index) is damaged") }
            // arithmetic: positions in memory
            blobs.append(Array(file[start + 16..<start + 16 + Int(length)]))
        }
        return blobs
    }
}
