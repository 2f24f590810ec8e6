/// A few buffers that circulate between a producer thread and a consumer thread.
///
/// `@unchecked Sendable`: a monitor guards the bookkeeping, and a buffer belongs to the producer from `nextFree` to
/// `publish` and to the consumer from `nextFilled` to `release`.
final class BufferRing: @unchecked Sendable {
    private struct State {
        /// Total number of buffers published and released.
        var published = 0
        var released = 0
        var counts: [Int]
        var isEnded = false
        var isCancelled = false
        var failure: (any Error)?
    }

    private let storage: UnsafeMutableRawBufferPointer
    private let bufferSize: Int
    private let bufferCount: Int
    private let monitor: Monitor<State>

    init(bufferCount: Int, bufferSize: Int) {
        self.bufferCount = max(bufferCount, 2)
        self.bufferSize = max(bufferSize, 1)
        storage = .allocate(byteCount: self.bufferCount * self.bufferSize, alignment: 64)
        monitor = Monitor(State(counts: Array(repeating: 0, count: self.bufferCount)))
    }

    deinit {
        storage.deallocate()
    }

    private func buffer(_ serial: Int) -> UnsafeMutableRawBufferPointer {
        let start = serial % bufferCount * bufferSize
        return UnsafeMutableRawBufferPointer(rebasing: storage[start..<start + bufferSize])
    }

    // MARK: Producer

    /// Waits for a buffer to fill. Nil once the ring is cancelled; throws the consumer's error if it failed.
    func nextFree() throws -> UnsafeMutableRawBufferPointer? {
        let isReady = { (state: State) in
            state.failure != nil || state.isCancelled || state.published - state.released < self.bufferCount
        }
        let serial: Int? = try monitor.wait(until: isReady) { state in
            if let failure = state.failure { throw failure }
            return state.isCancelled ? nil : state.published
        }
        return serial.map(buffer)
    }

    /// Publishes the buffer that `nextFree` returned, with `count` bytes in it.
    func publish(count: Int) {
        monitor.update { state in
            state.counts[state.published % bufferCount] = count
            state.published += 1
        }
    }

    /// Marks the end of the data; `failure` is its cause if it is premature.
    func end(failure: (any Error)? = nil) {
        monitor.update { state in
            state.isEnded = true
            state.failure = failure ?? state.failure
        }
    }

    // MARK: Consumer

    /// Waits for a filled buffer. Nil at the end or once cancelled; throws the producer's error after all the buffers
    /// that it filled.
    func nextFilled() throws -> UnsafeRawBufferPointer? {
        let isReady = { (state: State) in
            state.isCancelled || state.released < state.published || state.failure != nil || state.isEnded
        }
        let next: (serial: Int, count: Int)? = try monitor.wait(until: isReady) { state in
            if state.isCancelled { return nil }
            if state.released < state.published { return (state.released, state.counts[state.released % bufferCount]) }
            if let failure = state.failure { throw failure }
            return nil
        }
        return next.map { UnsafeRawBufferPointer(rebasing: buffer($0.serial)[..<$0.count]) }
    }

    /// Returns the buffer from `nextFilled` to the ring.
    func release() {
        monitor.update { $0.released += 1 }
    }

    /// Tells the producer why nothing more is consumed.
    func fail(_ failure: any Error) {
        monitor.update { $0.failure = failure }
    }

    // MARK: Both

    /// Makes the other side stop at its next step.
    func cancel() {
        monitor.update { $0.isCancelled = true }
    }

    /// Whether `cancel` was called.
    var isCancelled: Bool {
        monitor.update { $0.isCancelled }
    }

    /// The error of either side.
    var failure: (any Error)? {
        monitor.update { $0.failure }
    }
}
