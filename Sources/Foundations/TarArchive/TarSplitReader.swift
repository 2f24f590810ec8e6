import Glibc
import JSONText

// arithmetic: start, searched, newline: places in a buffer in memory

/// Reads tar-split lines.
///
/// The lines are JSON objects with the keys `type`, `name`, `name_raw`, `size`, `payload` and `position`; other keys
/// are ignored when they hold a string, a number, a boolean or null.
package final class TarSplitReader {
    /// One line.
    package enum Record: Sendable {
        /// Raw bytes of the archive, available from ``TarSplitReader/segment``.
        case segment
        /// An entry of the archive, whose content follows. The checksum is its CRC-64; nil when there is none.
        case file(name: [UInt8], size: Int64, checksum: UInt64?)
    }

    /// The raw bytes of the last ``Record/segment``.
    package private(set) var segment: [UInt8] = []
    private var input: TarInput
    private let maximumLine: Int
    private var lineOffset: Int64 = 0

    /// - Parameters:
    ///   - read: fills the given buffer from the uncompressed lines; returns the count, 0 at the end.
    ///   - maximumLine: the maximum length of a line, in bytes.
    package init(read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int, maximumLine: Int = 512 << 20) {
        input = TarInput(source: read, rawSink: nil, capacity: 64 << 10)
        self.maximumLine = maximumLine
    }

    /// The next record; nil at the end.
    ///
    /// - Throws: ``TarError``, or whatever the source throws.
    package func next() throws -> Record? {
        while let length = try lineLength() {
            lineOffset = input.offset
            let line = input.peek(length)
            let record = line.allSatisfy({ $0 == 0x20 || $0 == 0x0d || $0 == 0x0a }) ? nil : try parse(line)
            input.consume(length)
            if let record { return record }
        }
        return nil
    }

    /// Makes the next line available, including its newline.
    private func lineLength() throws -> Int? {
        var searched = 0
        while true {
            let available = input.peek(input.available)
            if let start = available.baseAddress,
                let newline = memchr(start + searched, 0x0a, available.count - searched)
            {
                return UnsafeRawPointer(newline) - start + 1  // arithmetic: two places in a buffer
            }
            searched = input.available
            guard searched < maximumLine else {
                throw TarError(
                    .limitExceeded, "a tar-split line longer than \(maximumLine) bytes", offset: input.offset)
            }
            // Request one more byte; while the buffer has room each read fetches as much as there is.
            if try input.fill(searched + 1, growth: searched) { continue }
            return searched == 0 ? nil : searched
        }
    }

    private func fault(_ message: String) -> TarError {
        TarError(.malformed, "tar-split: \(message)", offset: lineOffset)
    }

    private func parse(_ line: UnsafeRawBufferPointer) throws -> Record {
        var scanner = TarSplitLine(line)
        var fields = Fields()
        guard scanner.accept(0x7b) else { throw fault("a line that is not a JSON object") }
        if !scanner.accept(0x7d) {
            repeat {
                guard let key = scanner.string(), scanner.accept(0x3a), readValue(of: key, &scanner, &fields) else {
                    throw fault("a JSON object of an unknown form")
                }
            } while scanner.accept(0x2c)
            guard scanner.accept(0x7d) else { throw fault("an unfinished JSON object") }
        }
        guard scanner.isAtEnd else { throw fault("something after the JSON object") }
        return try record(of: fields)
    }

    private struct Fields {
        var type: Int64 = 0
        var name: [UInt8] = []
        var rawName: [UInt8] = []
        var size: Int64 = 0
        var payload: Range<Int>?
    }

    /// Reads the value after a key; false when it has the wrong type.
    private func readValue(of key: [UInt8], _ scanner: inout TarSplitLine, _ fields: inout Fields) -> Bool {
        if scanner.acceptNull() { return true }
        switch String(decoding: key, as: UTF8.self) {
        case "type":
            guard let number = scanner.integer() else { return false }
            fields.type = number
        case "size":
            guard let number = scanner.integer() else { return false }
            fields.size = number
        case "name":
            guard let text = scanner.string() else { return false }
            fields.name = text
        case "name_raw":
            guard let text = scanner.plainString() else { return false }
            fields.rawName = []
            return Base64.decode(scanner.bytes(text), appendingTo: &fields.rawName)
        case "payload":
            guard let text = scanner.plainString() else { return false }
            segment.removeAll(keepingCapacity: true)
            fields.payload = text
            return Base64.decode(scanner.bytes(text), appendingTo: &segment)
        default: return scanner.skipScalar()
        }
        return true
    }

    private func record(of fields: Fields) throws -> Record {
        if fields.payload == nil { segment.removeAll(keepingCapacity: true) }
        switch fields.type {
        case 2: return .segment
        case 1:
            guard fields.size >= 0 else { throw fault("a negative size") }
            let name = fields.rawName.isEmpty ? fields.name : fields.rawName
            guard !segment.isEmpty else { return .file(name: name, size: fields.size, checksum: nil) }
            guard segment.count == 8 else { throw fault("a checksum of \(segment.count) bytes") }
            // arithmetic: eight bytes
            return .file(name: name, size: fields.size, checksum: segment.reduce(0) { $0 << 8 | UInt64($1) })
        default: throw fault("a line of unknown type \(fields.type)")
        }
    }
}
