/// Compresses blocks on several threads and returns them in order. Used by one thread.
///
/// The threads start with the first block that is not the last: short content never needs them.
final class DeflateQueue {
    private enum Progress {
        case waiting, running, done
    }

    private struct State {
        /// Blocks submitted and not yet taken back, oldest first.
        var blocks: [(block: DeflateBlock, progress: Progress)] = []
        var isStopped = false

        var nextWaiting: Int? { blocks.firstIndex { $0.progress == .waiting } }
    }

    private let level: GzipLevel
    private let threads: Int
    private let monitor = Monitor(State())
    private var workers: [WorkerThread] = []
    private var hasStarted = false
    /// Compresses on the caller's thread while there are no workers.
    private let deflater: BlockDeflater

    /// With one thread, blocks are compressed by their submitter.
    init(_ level: GzipLevel, threads: Int) throws(CompressionError) {
        self.level = level
        self.threads = threads
        deflater = try BlockDeflater(level)
    }

    deinit {
        monitor.update { $0.isStopped = true }
        for worker in workers { worker.join() }
    }

    /// The useful number of blocks in the queue.
    var depth: Int { threads > 1 ? threads + 1 : 1 }

    /// Submits a block for compression. It must not be changed until it is taken back.
    func submit(_ block: DeflateBlock, isLast: Bool) throws(CompressionError) {
        if !isLast { try start() }
        if workers.isEmpty {
            block.compress(with: deflater)
            monitor.update { $0.blocks.append((block, .done)) }
        } else {
            monitor.update { $0.blocks.append((block, .waiting)) }
        }
    }

    /// Takes back the oldest block if it has been compressed.
    func takeFinished() -> DeflateBlock? {
        monitor.update { state in
            guard let first = state.blocks.first, first.progress == .done else { return nil }
            return state.blocks.removeFirst().block
        }
    }

    /// Waits for the oldest block to be compressed and takes it back. Nil when there is none.
    func takeOldest() -> DeflateBlock? {
        monitor.wait(until: { $0.blocks.first.map { $0.progress == .done } ?? true }) { state in
            state.blocks.isEmpty ? nil : state.blocks.removeFirst().block
        }
    }

    private func start() throws(CompressionError) {
        guard !hasStarted, threads > 1 else { return }
        hasStarted = true
        for _ in 0..<threads {
            let deflater = Transferred(try BlockDeflater(level))
            let monitor = monitor
            do {
                workers.append(try WorkerThread { Self.work(monitor, deflater.value) })
            } catch {
                // Where no more threads can be started, the existing ones suffice.
                return
            }
        }
    }

    /// A worker's main loop.
    private static func work(_ monitor: Monitor<State>, _ deflater: BlockDeflater) {
        while let block = nextBlock(monitor) {
            block.compress(with: deflater)
            monitor.update { state in
                guard let index = state.blocks.firstIndex(where: { $0.block === block }) else { return }
                state.blocks[index].progress = .done
            }
        }
    }

    /// The oldest block not yet claimed; nil when the worker should stop.
    private static func nextBlock(_ monitor: Monitor<State>) -> DeflateBlock? {
        monitor.wait(until: { $0.isStopped || $0.nextWaiting != nil }) { state in
            guard !state.isStopped, let index = state.nextWaiting else { return nil }
            state.blocks[index].progress = .running
            return state.blocks[index].block
        }
    }
}
