/// Collects bytes in memory.
package final class MemorySink: ByteSink {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []
    /// Whether `finish` was called.
    package private(set) var isFinished = false

    /// Empty.
    package init() {}

    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        self.bytes.append(contentsOf: bytes)
    }

    package func finish() throws {
        isFinished = true
    }
}
