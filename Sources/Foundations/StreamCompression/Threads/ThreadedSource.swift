/// Reads another source ahead on a separate thread, so that producing and consuming bytes overlap.
///
/// From `init` on, the upstream and everything it refers to belong to that thread and must not be used elsewhere.
/// Errors of the upstream are thrown here, after the bytes that precede them. Dropping this stops the thread.
package final class ThreadedSource: ByteSource {
    /// What dropping a source does to a thread that is still in its upstream's `read`.
    package enum Abandonment: Sendable {
        /// Waits for that call to return: the upstream is not used afterwards. Suits files.
        case wait
        /// Lets the thread end by itself after that call, which may block for long. Only for upstreams that own
        /// everything they use, including file descriptors.
        case detach
    }

    private let ring: BufferRing
    private let abandonment: Abandonment
    private let worker: WorkerThread
    /// The rest of the buffer being consumed; empty when there is none.
    private var current = UnsafeRawBufferPointer(start: nil, count: 0)
    private var holdsBuffer = false
    private var isEnded = false

    /// Starts reading `upstream`, at most `bufferCount` (at least 2) buffers of `bufferSize` bytes ahead.
    package init(
        _ upstream: any ByteSource, bufferCount: Int = 4, bufferSize: Int = 1 << 20, onAbandon: Abandonment = .wait
    ) throws {
        let ring = BufferRing(bufferCount: bufferCount, bufferSize: bufferSize)
        let source = Transferred(upstream)
        self.ring = ring
        abandonment = onAbandon
        worker = try WorkerThread { Self.pump(source.value, into: ring) }
    }

    /// `upstream`, read ahead; `upstream` itself where no more threads can be started.
    package static func ahead(of upstream: any ByteSource) -> any ByteSource {
        (try? ThreadedSource(upstream)) ?? upstream
    }

    deinit {
        ring.cancel()
        switch abandonment {
        case .wait: worker.join()
        case .detach: worker.detach()
        }
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard !isEnded, !buffer.isEmpty else { return 0 }
        if current.isEmpty {
            releaseBuffer()
            guard let next = try ring.nextFilled() else {
                isEnded = true
                return 0
            }
            current = next
            holdsBuffer = true
        }
        let count = min(buffer.count, current.count)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: current[..<count]))
        current = UnsafeRawBufferPointer(rebasing: current[count...])
        return count
    }

    private func releaseBuffer() {
        if holdsBuffer { ring.release() }
        holdsBuffer = false
    }

    /// The thread's main loop.
    private static func pump(_ upstream: any ByteSource, into ring: BufferRing) {
        var filled = 0
        do {
            while let buffer = try ring.nextFree() {
                filled = 0
                // Small pieces are collected up to half a buffer, so that the reader is woken less often.
                repeat {
                    let count = try upstream.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
                    if count == 0 {
                        if filled > 0 { ring.publish(count: filled) }
                        return ring.end()
                    }
                    filled += count
                } while filled < buffer.count / 2
                ring.publish(count: filled)
                filled = 0
            }
        } catch {
            if filled > 0 { ring.publish(count: filled) }
            ring.end(failure: error)
        }
    }
}
