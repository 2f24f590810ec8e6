import CBZip2

/// Compresses into one bzip2 stream.
final class BZip2Encoder: StreamEncoder {
    private let stream: UnsafeMutablePointer<bz_stream>
    private let output: UnsafeMutableRawBufferPointer

    init(level: Int?) throws(CompressionError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: bz_stream())
        output = .allocate(byteCount: 128 << 10, alignment: 64)
        guard BZ2_bzCompressInit(stream, Int32(level ?? 9), 0, 0) == BZ_OK else { throw .outOfMemory(.bzip2) }
    }

    deinit {
        BZ2_bzCompressEnd(stream)
        stream.deallocate()
        output.deallocate()
    }

    func write(_ bytes: UnsafeRawBufferPointer, to sink: any ByteSink) throws {
        var rest = bytes
        while !rest.isEmpty {
            let offered = UInt32(clamping: rest.count)
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: rest.baseAddress?.assumingMemoryBound(to: CChar.self))
            stream.pointee.avail_in = offered
            _ = try step(BZ_RUN, to: sink)
            rest = UnsafeRawBufferPointer(rebasing: rest[Int(offered - stream.pointee.avail_in)...])
        }
    }

    func end(to sink: any ByteSink) throws {
        stream.pointee.next_in = nil
        stream.pointee.avail_in = 0
        while try step(BZ_FINISH, to: sink) {}
    }

    /// Returns whether there is more output.
    private func step(_ action: Int32, to sink: any ByteSink) throws -> Bool {
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: CChar.self)
        stream.pointee.avail_out = UInt32(output.count)
        let result = BZ2_bzCompress(stream, action)
        guard result >= BZ_OK else { throw CompressionError(.unsupported, "bzip2 compression failed") }
        let produced = output.count - Int(stream.pointee.avail_out)
        if produced > 0 { try sink.write(UnsafeRawBufferPointer(rebasing: output[..<produced])) }
        return result != BZ_STREAM_END
    }
}
