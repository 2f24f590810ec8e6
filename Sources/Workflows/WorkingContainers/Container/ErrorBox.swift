import Synchronization

/// Passes a thread's error to the thread that waits for it.
package final class ErrorBox: Sendable {
    private let stored = Mutex<(any Error)?>(nil)

    package init() {}

    package func set(_ error: any Error) {
        stored.withLock { $0 = error }
    }

    package var error: (any Error)? {
        stored.withLock { $0 }
    }
}
