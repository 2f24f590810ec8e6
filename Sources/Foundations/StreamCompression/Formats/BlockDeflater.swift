import CISAL
import Glibc

/// ISA-L's compressor and its memory, for one thread.
final class BlockDeflater {
    private let level: GzipLevel
    private let stream: UnsafeMutablePointer<isal_zstream>
    private let scratch: UnsafeMutablePointer<UInt8>

    init(_ level: GzipLevel) throws(CompressionError) {
        guard let stream = cisal_deflate_new() else { throw .outOfMemory(.gzip) }
        self.level = level
        self.stream = stream
        scratch = .allocate(capacity: max(Int(cisal_level_buffer_size(level.isal)), 1))
    }

    deinit {
        free(stream)
        scratch.deallocate()
    }

    /// Compresses `input` as deflate data that ends on a byte boundary and is not final; returns its size.
    ///
    /// `output` must hold `StoredDeflate.size(of: input.count)` bytes: incompressible data is stored.
    func compress(
        _ input: UnsafeRawBufferPointer, dictionary: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> Int {
        let size = cisal_deflate_block(
            stream, level.isal, scratch,
            dictionary.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(dictionary.count),
            input.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(input.count),
            output.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(output.count))
        return size >= 0 ? Int(size) : StoredDeflate.write(input, into: output)
    }
}
