import CISAL
import Glibc

/// zlib streams in memory (RFC 1950).
package enum Zlib {
    /// Decompresses a whole stream and verifies its Adler-32; bytes after it are ignored.
    ///
    /// - Returns: nil if the stream is invalid or incomplete, or if its content is larger than `limit` bytes.
    package static func decompress(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
        guard let state = cisal_inflate_new() else { return nil }
        defer { free(state) }
        cisal_inflate_start_zlib(state)
        var output: [UInt8] = []
        var rest = bytes[...]
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while cisal_inflate_finished(state) == 0 {
            var (consumed, produced): (UInt32, UInt32) = (0, 0)
            let result = rest.withUnsafeBufferPointer { input in
                buffer.withUnsafeMutableBufferPointer { space in
                    cisal_inflate_step(
                        state, input.baseAddress, UInt32(min(input.count, 1 << 30)), space.baseAddress,
                        UInt32(space.count), &consumed, &produced)
                }
            }
            guard [ISAL_DECOMP_OK, ISAL_END_INPUT, ISAL_OUT_OVERFLOW].contains(result),
                consumed > 0 || produced > 0, output.count + Int(produced) <= limit
            else { return nil }
            output += buffer[..<Int(produced)]
            rest = rest.dropFirst(Int(consumed))
        }
        return output
    }
}
