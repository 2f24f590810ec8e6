/// A text file split into lines, for computing locations and displaying excerpts.
package struct SourceText: Sendable {
    /// The name in diagnostics.
    package let file: String
    let bytes: [UInt8]
    /// The start and end of each line, without its newline.
    let lines: [Range<Int>]
    /// The number of UTF-8 continuation bytes before each block of bytes: computes columns without reading whole lines.
    private let continuations: [Int]

    private static let blockSize = 256

    /// Takes the bytes of a file; a leading UTF-8 byte order mark is not part of the text.
    package init(file: String, bytes: [UInt8]) {
        self.file = file
        self.bytes = bytes
        var lines: [Range<Int>] = []
        var start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") && index >= start {
            lines.append(start..<Self.withoutReturns(bytes, start..<index))
            start = index + 1
        }
        if start < bytes.count { lines.append(start..<Self.withoutReturns(bytes, start..<bytes.count)) }
        self.lines = lines
        var continuations: [Int] = []
        var count = 0
        for (index, byte) in bytes.enumerated() {
            if index % Self.blockSize == 0 { continuations.append(count) }
            if byte & 0xc0 == 0x80 { count += 1 }
        }
        self.continuations = continuations
    }

    private func continuationBytes(before offset: Int) -> Int {
        guard offset > 0, !continuations.isEmpty else { return 0 }
        let block = min(offset / Self.blockSize, continuations.count - 1)
        return bytes[(block * Self.blockSize)..<offset].reduce(continuations[block]) {
            $0 + ($1 & 0xc0 == 0x80 ? 1 : 0)
        }
    }

    private static func withoutReturns(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
        var end = range.upperBound
        while end > range.lowerBound, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return end
    }

    /// The text of line `number` (starting at 1) without its newline; empty if there is no such line.
    package func line(_ number: Int) -> String {
        guard lines.indices.contains(number - 1) else { return "" }
        return String(decoding: bytes[lines[number - 1]], as: UTF8.self)
    }

    /// The bytes of a line with its newline, as in the file.
    func rawLine(at index: Int) -> ArraySlice<UInt8> {
        let end = index + 1 < lines.count ? lines[index + 1].lowerBound : bytes.count
        return bytes[lines[index].lowerBound..<end]
    }

    /// The location of the byte at `offset`.
    func location(of offset: Int) -> SourceLocation {
        var low = 0
        var high = lines.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lines[middle].lowerBound <= offset { low = middle } else { high = middle }
        }
        guard low < lines.count else { return SourceLocation(line: 1, column: 1) }
        let start = lines[low].lowerBound
        let end = max(start, min(offset, bytes.count))
        let scalars = (end - start) - (continuationBytes(before: end) - continuationBytes(before: start))
        return SourceLocation(line: low + 1, column: scalars + 1)
    }

    /// The location of a range of bytes.
    func range(_ offsets: Range<Int>) -> SourceRange {
        SourceRange(start: location(of: offsets.lowerBound), end: location(of: offsets.upperBound))
    }
}
