/// Takes bytes from beginning to end, once. Not for use from two threads at once.
package protocol ByteSink: AnyObject {
    /// Takes all of `bytes`, which stay valid only during the call.
    func write(_ bytes: UnsafeRawBufferPointer) throws
    /// Hands on everything held back and finishes what is downstream. To be called once, after the last write; a sink
    /// that is dropped without it has no complete output.
    func finish() throws
}

extension ByteSink {
    /// Takes all of `bytes`.
    package func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write($0) }
    }
}
