import JSONText

/// Records an archive as tar-split does (vbatts/tar-split, as containers/storage keeps it beside each layer): JSON
/// lines that, together with the files' content, give back the archive byte for byte.
///
/// Pass it as the segment observer of a ``TarReader`` or ``TarWriter`` and call ``finish()`` after the end of the
/// archive. Raw bytes between two entries make one line (type 2), each entry one (type 1) with the CRC-64 of its
/// content. A sparse file is recorded as an entry without content whose packed extents are raw bytes, so that it, too,
/// is reassembled exactly.
package final class TarSplitWriter: TarSegmentObserver {
    private let sink: (UnsafeRawBufferPointer) throws -> Void
    private var segment: [UInt8] = []
    private var output: [UInt8] = []
    private var position = 0
    private var name: [UInt8] = []
    private var size: Int64 = 0
    private var contentLeft: Int64 = 0
    private var checksum = CRC64()
    private let bufferSize = 64 << 10
    /// Longer runs of raw bytes (only in hostile archives and sparse files) are split.
    private let maximumSegment = 1 << 20

    /// - Parameter write: receives the uncompressed lines; the store expects them gzipped.
    package init(write: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        sink = write
        output.reserveCapacity(bufferSize + (bufferSize >> 1))
    }

    package func raw(_ bytes: UnsafeRawBufferPointer) throws {
        guard contentLeft == 0 else { throw incomplete() }
        if segment.count + bytes.count <= maximumSegment { return segment.append(contentsOf: bytes) }
        var rest = bytes[...]
        while !rest.isEmpty {
            if segment.count == maximumSegment { try writeSegment() }
            let part = rest.prefix(maximumSegment - segment.count)
            segment.append(contentsOf: part)
            rest = rest.dropFirst(part.count)
        }
    }

    package func entry(name: [UInt8], size: Int64) throws {
        guard contentLeft == 0 else { throw incomplete() }
        if !segment.isEmpty { try writeSegment() }
        self.name = name
        self.size = size
        contentLeft = size
        checksum = CRC64()
        if size == 0 { try writeEntry() }
    }

    package func content(_ bytes: UnsafeRawBufferPointer) throws {
        guard Int64(bytes.count) <= contentLeft else { throw incomplete() }
        checksum.update(bytes)
        contentLeft -= Int64(bytes.count)
        if contentLeft == 0, !bytes.isEmpty { try writeEntry() }
    }

    package func endOfArchive() throws {
        guard contentLeft == 0 else { throw incomplete() }
        if !segment.isEmpty { try writeSegment() }
    }

    /// Writes what is left and flushes. Call it once, after the whole archive.
    package func finish() throws {
        guard contentLeft == 0 else { throw incomplete() }
        if !segment.isEmpty { try writeSegment() }
        // The end of the stream is a segment without bytes.
        try writeSegment()
        try flush()
    }

    private func incomplete() -> TarError {
        TarError(.mismatch, "content does not have the announced \(size) bytes", entry: TarError.shown(name))
    }

    private func writeSegment() throws {
        output += "{\"type\":2,\"payload\":\"".utf8
        segment.withUnsafeBytes { Base64.append($0, to: &output) }
        segment.removeAll(keepingCapacity: true)
        try endLine(afterPayload: "\",\"position\":")
    }

    private func writeEntry() throws {
        output += "{\"type\":1".utf8
        appendName()
        if size == 0 {
            output += ",\"payload\":null".utf8
        } else {
            output += ",\"size\":\(size),\"payload\":\"".utf8
            withUnsafeBytes(of: checksum.value.bigEndian) { Base64.append($0, to: &output) }
            output.append(0x22)
        }
        try endLine(afterPayload: ",\"position\":")
    }

    private func endLine(afterPayload text: String) throws {
        output += text.utf8
        output += String(position).utf8
        output += "}\n".utf8
        position += 1
        if output.count >= bufferSize { try flush() }
    }

    private func flush() throws {
        guard !output.isEmpty else { return }
        try output.withUnsafeBytes { try sink($0) }
        output.removeAll(keepingCapacity: true)
    }

    /// The name as Go's encoding/json writes it, or base64-encoded under another key when it is not UTF-8.
    private func appendName() {
        if name.isEmpty { return }
        guard name.isASCII || String(validating: name, as: UTF8.self) != nil else {
            output += ",\"name_raw\":\"".utf8
            name.withUnsafeBytes { Base64.append($0, to: &output) }
            output.append(0x22)
            return
        }
        output += ",\"name\":\"".utf8
        var index = 0
        while index < name.count {
            let byte = name[index]
            switch byte {
            case 0x22, 0x5c: output += [0x5c, byte]
            case 0x0a: output += "\\n".utf8
            case 0x0d: output += "\\r".utf8
            case 0x09: output += "\\t".utf8
            case 0..<0x20, 0x3c, 0x3e, 0x26: output += "\\u00".utf8 + [hexDigit(byte >> 4), hexDigit(byte & 15)]
            case 0xe2
            where name[index...].starts(with: [0xe2, 0x80, 0xa8]) || name[index...].starts(with: [0xe2, 0x80, 0xa9]):
                output += (name[index + 2] == 0xa8 ? "\\u2028" : "\\u2029").utf8
                index += 2
            default: output.append(byte)
            }
            index += 1
        }
        output.append(0x22)
    }

    // arithmetic: four bits
    private func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x61 + value - 10 }
}
