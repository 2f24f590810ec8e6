/// Accepts bytes from beginning to end, once. Not thread-safe.
package protocol ByteSink: AnyObject {
    /// Takes all of `bytes`, which are valid only during the call.
    func write(_ bytes: UnsafeRawBufferPointer) throws
    /// Flushes buffered bytes and finishes the downstream. Must be called once, after the last write; without it the
    /// output is incomplete.
    func finish() throws
}

extension ByteSink {
    /// Takes all of `bytes`.
    package func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write($0) }
    }
}
