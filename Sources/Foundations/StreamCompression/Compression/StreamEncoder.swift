/// One compressor, fed by `CompressingSink`.
protocol StreamEncoder: AnyObject {
    /// Takes all of `bytes` and writes whatever output is ready.
    func write(_ bytes: UnsafeRawBufferPointer, to sink: any ByteSink) throws
    /// Writes the remaining output and the end of the stream; does not finish `sink`.
    func end(to sink: any ByteSink) throws
}
