/// Passes bytes to another sink on a separate thread, so that producing and consuming them overlap.
///
/// From `init` until `finish` returns, the downstream and everything it refers to belong to that thread. An error of
/// the downstream is thrown by a later `write` or by `finish`. Dropping this without `finish` stops the thread after
/// its current write; the downstream is then not finished.
package final class ThreadedSink: ByteSink {
    private let ring: BufferRing
    private var worker: WorkerThread?
    /// The buffer being filled, and how far.
    private var current: UnsafeMutableRawBufferPointer?
    private var filled = 0

    /// Starts a thread for `downstream`, which may lag by up to `bufferCount` (at least 2) buffers of `bufferSize`.
    package init(_ downstream: any ByteSink, bufferCount: Int = 4, bufferSize: Int = 1 << 20) throws {
        let ring = BufferRing(bufferCount: bufferCount, bufferSize: bufferSize)
        let sink = Transferred(downstream)
        self.ring = ring
        worker = try WorkerThread { Self.pump(ring, into: sink.value) }
    }

    deinit {
        ring.cancel()
        worker?.join()
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard worker != nil else { throw CompressionError(.closed, "write to a finished stream") }
        var rest = bytes
        while !rest.isEmpty {
            guard let buffer = try current ?? ring.nextFree() else {
                throw CompressionError(.closed, "write to a stopped stream")
            }
            current = buffer
            let count = min(rest.count, buffer.count - filled)
            UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + count])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            filled += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            if filled == buffer.count { publish() }
        }
    }

    package func finish() throws {
        guard let worker else { throw CompressionError(.closed, "stream is already finished") }
        self.worker = nil
        if filled > 0 { publish() }
        ring.end()
        worker.join()
        if let failure = ring.failure { throw failure }
    }

    private func publish() {
        ring.publish(count: filled)
        current = nil
        filled = 0
    }

    /// The thread's main loop.
    private static func pump(_ ring: BufferRing, into downstream: any ByteSink) {
        do {
            while let bytes = try ring.nextFilled() {
                try downstream.write(bytes)
                ring.release()
            }
            if !ring.isCancelled { try downstream.finish() }
        } catch {
            ring.fail(error)
        }
    }
}
