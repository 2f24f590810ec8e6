/// Passes bytes through and shows them to an observer: a digest, a counter, a second consumer.
package final class ObservedSink: ByteSink {
    private let downstream: any ByteSink
    private let observe: (UnsafeRawBufferPointer) throws -> Void

    /// Passes everything on to `downstream` unchanged. `observe` sees each piece before it is written; an error it
    /// throws ends the writing.
    package init(_ downstream: any ByteSink, observe: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.downstream = downstream
        self.observe = observe
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        if !bytes.isEmpty { try observe(bytes) }
        try downstream.write(bytes)
    }

    package func finish() throws {
        try downstream.finish()
    }
}
