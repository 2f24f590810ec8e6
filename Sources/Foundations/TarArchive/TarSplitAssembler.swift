/// Reassembles an archive byte for byte from its tar-split lines and the files it was unpacked to.
///
/// Each file's size and CRC-64 are verified. After an error the assembler cannot be used again. Not thread-safe.
package final class TarSplitAssembler {
    /// Fills the given buffer with the next bytes; returns the count, 0 at the end.
    package typealias Read = (UnsafeMutableRawBufferPointer) throws -> Int

    private let lines: TarSplitReader
    private let openFile: ([UInt8]) throws -> Read
    private var segmentPosition = 0
    private var hasSegment = false
    private var file: OpenFile?
    private var failure: (any Error)?

    private struct OpenFile {
        let name: [UInt8]
        let size: Int64
        let expected: UInt64
        let read: Read
        var left: Int64
        var checksum = CRC64()
    }

    /// - Parameters:
    ///   - lines: the uncompressed tar-split lines.
    ///   - openFile: opens a file of the layer by its name in the archive (not cleaned: resolve it below the
    ///     layer's directory). Called only for files with content, one at a time; the returned closure is released
    ///     at the end of the file.
    package init(lines: @escaping Read, openFile: @escaping (_ name: [UInt8]) throws -> Read) {
        self.lines = TarSplitReader(read: lines)
        self.openFile = openFile
    }

    /// Reads the next bytes of the archive.
    ///
    /// - Returns: 0 at the end (or for an empty destination).
    /// - Throws: ``TarError`` for malformed lines or a file that differs from its record, or whatever a closure throws.
    package func read(into destination: UnsafeMutableRawBufferPointer) throws -> Int {
        if let failure { throw failure }
        guard !destination.isEmpty else { return 0 }
        do {
            while true {
                if hasSegment {
                    if let count = readSegment(into: destination) { return count }
                } else if file != nil {
                    if let count = try readFile(into: destination) { return count }
                } else if try !advance() {
                    return 0
                }
            }
        } catch {
            failure = error
            throw error
        }
    }

    /// Writes the whole archive.
    package func copy(to write: (UnsafeRawBufferPointer) throws -> Void) throws {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
        defer { memory.deallocate() }
        while true {
            let count = try read(into: memory)
            if count == 0 { return }
            try write(UnsafeRawBufferPointer(rebasing: memory[..<count]))
        }
    }

    private func advance() throws -> Bool {
        while let record = try lines.next() {
            switch record {
            case .segment:
                segmentPosition = 0
                hasSegment = true
                return true
            case .file(_, 0, _): continue
            case .file(let name, let size, let checksum):
                guard let checksum else { throw mismatch(name, "no checksum was recorded") }
                file = OpenFile(name: name, size: size, expected: checksum, read: try openFile(name), left: size)
                return true
            }
        }
        return false
    }

    private func readSegment(into destination: UnsafeMutableRawBufferPointer) -> Int? {
        let count = min(lines.segment.count - segmentPosition, destination.count)
        guard count > 0 else {
            hasSegment = false
            return nil
        }
        lines.segment.withUnsafeBytes {
            destination.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: $0[segmentPosition..<segmentPosition + count]))
        }
        segmentPosition += count
        return count
    }

    private func readFile(into destination: UnsafeMutableRawBufferPointer) throws -> Int? {
        guard var current = file else { return nil }
        guard current.left > 0 else {
            try verify(current)
            file = nil
            return nil
        }
        let wanted = Int(min(current.left, Int64(destination.count)))
        let count = try current.read(UnsafeMutableRawBufferPointer(rebasing: destination[..<wanted]))
        guard count > 0, count <= wanted else {
            // arithmetic: left begins as the size and falls to 0
            throw mismatch(current.name, "the file has \(current.size - current.left) bytes, not \(current.size)")
        }
        current.checksum.update(UnsafeRawBufferPointer(rebasing: destination[..<count]))
        current.left -= Int64(count)  // arithmetic: count <= left, as was checked
        file = current
        return count
    }

    private func verify(_ current: OpenFile) throws {
        let excess = try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { try current.read($0) }
        guard excess == 0 else { throw mismatch(current.name, "the file has more than \(current.size) bytes") }
        guard current.checksum.value == current.expected else {
            throw mismatch(current.name, "the file's checksum differs")
        }
    }

    private func mismatch(_ name: [UInt8], _ message: String) -> TarError {
        TarError(.mismatch, message, entry: TarError.shown(name))
    }
}
