/// Bytes that are read from beginning to end, once. Not thread-safe.
package protocol ByteSource: AnyObject {
    /// Fills some of `buffer`, at least one byte, and returns how many; 0 only at the end, and always from then on.
    ///
    /// `buffer` must not be empty. After an error the source must not be read again.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

extension ByteSource {
    /// Reads until `buffer` is full or the source ends; returns the bytes read.
    package func readFully(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// Everything up to the end; throws `limitExceeded` when that is more than `limit` bytes.
    package func readAll(limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { chunk.deallocate() }
        while true {
            let count = try read(into: chunk)
            if count == 0 { return bytes }
            guard bytes.count + count <= limit else {
                throw CompressionError(.limitExceeded, "content is larger than the limit of \(limit) bytes")
            }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    /// Writes everything up to the end into `sink`, without finishing it; returns the number of bytes.
    @discardableResult
    package func copy(to sink: any ByteSink, bufferSize: Int = 256 << 10) throws -> Int64 {
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bufferSize, 1), alignment: 16)
        defer { chunk.deallocate() }
        var total: Int64 = 0
        while true {
            let count = try read(into: chunk)
            if count == 0 { return total }
            try sink.write(UnsafeRawBufferPointer(rebasing: chunk[..<count]))
            total += Int64(count)
        }
    }

    /// Reads to the end, for the observers of the bytes; returns how many were left.
    @discardableResult
    package func drain() throws -> Int64 {
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { chunk.deallocate() }
        var total: Int64 = 0
        while true {
            let count = try read(into: chunk)
            if count == 0 { return total }
            total += Int64(count)
        }
    }
}
