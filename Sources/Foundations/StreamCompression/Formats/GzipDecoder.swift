import CISAL
import Glibc

/// Decompresses concatenated gzip members (RFC 1952) with ISA-L; verifies CRC-32 and length of each.
final class GzipDecoder: StreamDecoder {
    private enum Phase {
        case header, body
        /// After a member: another member, zero padding or the end may follow.
        case between
        case padding
    }

    /// ISA-L counts in 32 bits, signed in places.
    private static let largestStep = 1 << 30

    private let state: UnsafeMutablePointer<inflate_state>
    private var phase = Phase.header
    private var header = GzipHeaderParser()

    init() throws(CompressionError) {
        guard let state = cisal_inflate_new() else { throw .outOfMemory(.gzip) }
        self.state = state
    }

    deinit {
        free(state)
    }

    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws -> DecoderProgress {
        switch phase {
        case .header:
            let used = try header.parse(input)
            if header.isDone {
                cisal_inflate_start_member(state)
                phase = .body
            }
            return DecoderProgress(consumed: used)
        case .body:
            return try inflate(input, into: output)
        case .between:
            guard let first = input.first else { return DecoderProgress() }
            header = GzipHeaderParser()
            phase = first == 0 ? .padding : .header
            return try decode(input, into: output)
        case .padding:
            guard input.allSatisfy({ $0 == 0 }) else { throw CompressionError.corrupt(.gzip, "trailing garbage") }
            return DecoderProgress(consumed: input.count)
        }
    }

    func inputEnded() throws {
        switch phase {
        case .between, .padding: break
        case .header, .body: throw CompressionError.truncated(.gzip)
        }
    }

    private func inflate(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> DecoderProgress {
        var consumed: UInt32 = 0
        var produced: UInt32 = 0
        let result = cisal_inflate_step(
            state,
            input.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(min(input.count, Self.largestStep)),
            output.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(min(output.count, Self.largestStep)),
            &consumed, &produced)
        switch result {
        case ISAL_DECOMP_OK, ISAL_END_INPUT, ISAL_OUT_OVERFLOW:
            break
        case ISAL_INCORRECT_CHECKSUM:
            throw .checksumMismatch(.gzip)
        default:
            throw .corrupt(.gzip, "invalid deflate data")
        }
        if cisal_inflate_finished(state) != 0 { phase = .between }
        return DecoderProgress(consumed: Int(consumed), produced: Int(produced))
    }
}
