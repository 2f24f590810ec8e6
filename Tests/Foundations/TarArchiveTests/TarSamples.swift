import SeededRandomness

@testable import TarArchive

struct Sample {
    var entry: TarEntry
    var content: [UInt8] = []

    init(_ name: String, _ kind: TarEntryKind = .regular, content: [UInt8] = []) {
        entry = TarEntry(name: Array(name.utf8), kind: kind)
        entry.mode = kind == .directory ? 0o755 : 0o644
        entry.size = Int64(content.count)
        self.content = content
    }

    init(_ entry: TarEntry, content: [UInt8]) {
        self.entry = entry
        self.content = content
    }
}

/// Returns bytes in pieces of varying lengths.
func pieces(of bytes: [UInt8], seed: UInt64? = nil) -> (UnsafeMutableRawBufferPointer) throws -> Int {
    var position = 0
    var random = SeededGenerator(seed: seed ?? 0)
    return { destination in
        var count = min(destination.count, bytes.count - position)
        if seed != nil, count > 1 { count = Int.random(in: 1...count, using: &random) }
        bytes.withUnsafeBytes {
            destination.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position..<position + count]))
        }
        position += count
        return count
    }
}

func readAll(
    _ archive: [UInt8], limits: TarLimits = .default, seed: UInt64? = nil, observer: (any TarSegmentObserver)? = nil
) throws -> [Sample] {
    let reader = TarReader(read: pieces(of: archive, seed: seed), limits: limits, segmentObserver: observer)
    var samples: [Sample] = []
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 1000, alignment: 8)
    defer { memory.deallocate() }
    while let entry = try reader.next() {
        var content: [UInt8] = []
        while content.count < 1 << 20 {
            let count = try reader.readContent(into: memory)
            if count == 0 { break }
            content += memory[..<count]
        }
        samples.append(Sample(entry, content: content))
    }
    return samples
}

func write(
    _ samples: [Sample], splitsLongNames: Bool = false, observer: (any TarSegmentObserver)? = nil
) throws -> [UInt8] {
    var archive: [UInt8] = []
    let writer = TarWriter(
        write: { archive += $0 }, splitsLongNames: splitsLongNames, segmentObserver: observer)
    for sample in samples {
        try writer.begin(sample.entry)
        try sample.content.withUnsafeBytes { try writer.write(content: $0) }
        try writer.end()
    }
    try writer.finish()
    return archive
}

/// A header block with a valid checksum, for archives that the writer cannot create.
struct ForgedHeader {
    var bytes = [UInt8](repeating: 0, count: 512)

    init(_ name: String, flag: Character = "0", size: Int = 0, magic: String = "ustar\u{0}00") {
        put(name, at: 0)
        put("0000644", at: 100)
        put("0001750", at: 108)
        put("0001751", at: 116)
        put(String(size, radix: 8), at: 124)
        put("14000000000", at: 136)
        bytes[156] = flag.asciiValue ?? 0
        put(magic, at: 257)
    }

    mutating func put(_ text: String, at offset: Int) { put(Array(text.utf8), at: offset) }

    mutating func put(_ text: [UInt8], at offset: Int) {
        for (index, byte) in text.enumerated() { bytes[offset + index] = byte }
    }

    /// With the checksum filled in.
    var block: [UInt8] {
        var sealed = bytes
        for index in 148..<156 { sealed[index] = 0x20 }
        let sum = sealed.reduce(0) { $0 + Int($1) }
        let text = String(sum, radix: 8)
        let field = Array((String(repeating: "0", count: 6 - text.count) + text).utf8) + [0, 0x20]
        for index in 0..<8 { sealed[148 + index] = field[index] }
        return sealed
    }
}

func padded(_ bytes: [UInt8]) -> [UInt8] { bytes + [UInt8](repeating: 0, count: -bytes.count & 511) }

func padded(_ text: String) -> [UInt8] { padded(Array(text.utf8)) }

let endMarker = [UInt8](repeating: 0, count: 1024)

func paxRecord(_ key: String, _ value: String) -> String {
    let rest = key.utf8.count + value.utf8.count + 3
    var total = rest + String(rest).count
    total = rest + String(total).count
    return "\(total) \(key)=\(value)\n"
}

/// An extended header with these records, without its entry.
func paxHeader(_ records: [(String, String)], flag: Character = "x") -> [UInt8] {
    let data = records.map { paxRecord($0.0, $0.1) }.joined()
    return ForgedHeader("PaxHeaders/x", flag: flag, size: data.utf8.count).block + padded(data)
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
