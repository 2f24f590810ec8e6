import CZstd

/// Decompresses concatenated zstd frames (RFC 8878), including skippable ones; verifies their checksums.
final class ZstdDecoder: StreamDecoder {
    /// The largest window a frame may require: 128 MiB, the default limit of `zstd -d`.
    static let windowLogLimit: Int32 = 27

    private let context: OpaquePointer
    /// Whether the input read so far ends inside a frame.
    private var isInsideFrame = true

    init() throws(CompressionError) {
        guard let context = ZSTD_createDCtx() else { throw .outOfMemory(.zstd) }
        self.context = context
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.windowLogLimit)
    }

    deinit {
        ZSTD_freeDCtx(context)
    }

    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws -> DecoderProgress {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let result = ZSTD_decompressStream(context, &target, &source)
        if ZSTD_isError(result) != 0 { throw Self.error(result) }
        // Between frames, a call without input asks for the next frame's header: not progress.
        if source.pos > 0 || target.pos > 0 { isInsideFrame = result != 0 }
        return DecoderProgress(consumed: source.pos, produced: target.pos)
    }

    func inputEnded() throws {
        if isInsideFrame { throw CompressionError.truncated(.zstd) }
    }

    private static func error(_ result: Int) -> CompressionError {
        switch ZSTD_getErrorCode(result) {
        case ZSTD_error_checksum_wrong:
            .checksumMismatch(.zstd)
        case ZSTD_error_frameParameter_windowTooLarge:
            .memoryLimit(.zstd, limit: 1 << UInt64(windowLogLimit))
        case ZSTD_error_memory_allocation:
            .outOfMemory(.zstd)
        case ZSTD_error_dictionary_wrong:
            CompressionError(.unsupported, "zstd stream needs a dictionary")
        default:
            .corrupt(.zstd, ZSTD_getErrorName(result).map { String(cString: $0).lowercased() } ?? "error \(result)")
        }
    }
}
