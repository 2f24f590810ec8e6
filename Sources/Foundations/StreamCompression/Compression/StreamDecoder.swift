/// How much a decoder consumed and produced.
struct DecoderProgress {
    /// Bytes of input consumed.
    var consumed = 0
    /// Bytes of output produced.
    var produced = 0
}

/// One decompressor, fed by `DecompressingSource`.
protocol StreamDecoder: AnyObject {
    /// Consumes some of `input` and fills some of `output` (never empty). Neither means that more input is needed.
    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws -> DecoderProgress
    /// Called when the input has ended and `decode` makes no more progress: throws when the stream is incomplete.
    func inputEnded() throws
}
