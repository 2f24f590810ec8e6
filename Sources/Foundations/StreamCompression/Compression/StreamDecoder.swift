/// What a decoder did with the bytes it was given.
struct DecoderProgress {
    /// Bytes of the input used up.
    var consumed = 0
    /// Bytes put into the output.
    var produced = 0
}

/// One decompressor, fed by `DecompressingSource`.
protocol StreamDecoder: AnyObject {
    /// Uses some of `input` and fills some of `output` (never empty). No progress of either kind asks for more input.
    func decode(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws -> DecoderProgress
    /// Called when the input has ended and `decode` makes no more progress: throws when it ended too early.
    func inputEnded() throws
}
