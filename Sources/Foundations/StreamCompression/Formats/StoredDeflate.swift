/// Uncompressed deflate data (RFC 1951, section 3.2.4).
enum StoredDeflate {
    private static let headerSize = 5
    private static let largest = 0xFFFF

    /// Encoded size of `count` bytes of content.
    static func size(of count: Int) -> Int {
        count + (count + largest - 1) / largest * headerSize
    }

    /// Writes `input` as non-final blocks; `output` must hold `size(of: input.count)` bytes.
    static func write(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Int {
        var written = 0
        var rest = input
        while !rest.isEmpty {
            let count = min(rest.count, largest)
            let length = UInt16(count)
            output[written] = 0
            output.storeBytes(of: length.littleEndian, toByteOffset: written + 1, as: UInt16.self)
            output.storeBytes(of: (~length).littleEndian, toByteOffset: written + 3, as: UInt16.self)
            written += headerSize
            UnsafeMutableRawBufferPointer(rebasing: output[written..<written + count])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            written += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return written
    }
}
