import CSandbox
import Glibc
import Synchronization

/// Ends the runs of several threads at once, also those that have not begun.
package final class RunCancellation: Sendable {
    private struct State {
        var isCancelled = false
        /// The kill signals of running processes, by pidfd.
        var running: [Int32: Int32] = [:]
    }

    private let state = Mutex(State())

    /// Nothing is cancelled yet.
    package init() {}

    /// Whether the runs have been cancelled.
    package var isCancelled: Bool { state.withLock(\.isCancelled) }

    /// Kills the processes of all runs; later ones are killed when they begin.
    package func cancel() {
        state.withLock { state in
            state.isCancelled = true
            for (descriptor, signal) in state.running { Self.kill(descriptor, signal) }
        }
    }

    /// - Parameter descriptor: a pidfd that stays open until `end`.
    func begin(_ descriptor: Int32, killSignal: Int32) {
        state.withLock { state in
            if state.isCancelled { Self.kill(descriptor, killSignal) }
            state.running[descriptor] = killSignal
        }
    }

    func end(_ descriptor: Int32) {
        state.withLock { _ = $0.running.removeValue(forKey: descriptor) }
    }

    private static func kill(_ descriptor: Int32, _ signal: Int32) {
        _ = sandbox_signal_descriptor(descriptor, signal)
    }
}
