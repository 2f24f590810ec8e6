/// Collects bytes in memory.
package final class MemorySink: ByteSink {
    /// What has been written so far.
    package private(set) var bytes: [UInt8] = []
    /// Whether `finish` has been called.
    package private(set) var isFinished = false

    /// An empty sink.
    package init() {}

    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        self.bytes.append(contentsOf: bytes)
    }

    package func finish() throws {
        isFinished = true
    }
}
