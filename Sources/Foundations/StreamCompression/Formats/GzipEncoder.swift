/// Compresses into one gzip member (RFC 1952) with ISA-L, block by block on several threads.
///
/// Each block holds `DeflateBlock.inputCapacity` bytes of input, uses the end of the previous block as its dictionary,
/// and ends on a byte boundary, so that the outputs can be concatenated. The header has no name, no time and an unknown
/// operating system.
final class GzipEncoder: StreamEncoder {
    private static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
    /// An empty final block with fixed Huffman codes.
    private static let finalBlock: [UInt8] = [0x03, 0x00]

    private let queue: DeflateQueue
    private var current = DeflateBlock()
    private var spare: [DeflateBlock] = []
    private var blocksLeft: Int
    private var checksum = CRC32()
    private var length: UInt32 = 0
    private var wroteHeader = false

    init(_ level: GzipLevel, threads: Int) throws(CompressionError) {
        queue = try DeflateQueue(level, threads: threads)
        blocksLeft = queue.depth
    }

    func write(_ bytes: UnsafeRawBufferPointer, to sink: any ByteSink) throws {
        checksum.update(bytes)
        length &+= UInt32(truncatingIfNeeded: bytes.count)
        var rest = bytes
        while !rest.isEmpty {
            if current.isFull { try submitCurrent(to: sink) }
            rest = UnsafeRawBufferPointer(rebasing: rest[current.append(rest)...])
        }
    }

    func end(to sink: any ByteSink) throws {
        if !current.isEmpty { try queue.submit(current, isLast: true) }
        while let block = queue.takeOldest() { try writeOut(block, to: sink) }
        try writeHeader(to: sink)
        var trailer = Self.finalBlock
        for value in [checksum.value, length] {
            withUnsafeBytes(of: value.littleEndian) { trailer.append(contentsOf: $0) }
        }
        try sink.write(trailer)
    }

    private func submitCurrent(to sink: any ByteSink) throws {
        try queue.submit(current, isLast: false)
        let next = try freeBlock(to: sink)
        next.start(after: current)
        current = next
        while let block = queue.takeFinished(), block !== current { try writeOut(block, to: sink) }
    }

    /// A block to fill. When all are in the queue, waits for the oldest and writes it out.
    private func freeBlock(to sink: any ByteSink) throws -> DeflateBlock {
        if let block = spare.popLast() { return block }
        if blocksLeft > 0 {
            blocksLeft -= 1
            return DeflateBlock()
        }
        guard let oldest = queue.takeOldest() else { return DeflateBlock() }
        try writeOut(oldest, to: sink)
        return spare.popLast() ?? DeflateBlock()
    }

    private func writeOut(_ block: DeflateBlock, to sink: any ByteSink) throws {
        try writeHeader(to: sink)
        try sink.write(block.output)
        spare.append(block)
    }

    private func writeHeader(to sink: any ByteSink) throws {
        if !wroteHeader { try sink.write(Self.header) }
        wroteHeader = true
    }
}
