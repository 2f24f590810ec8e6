import Synchronization

/// Carries the failure of a thread to the one that waits for it.
final class FailureBox: Sendable {
    private let stored = Mutex<(any Error)?>(nil)

    func set(_ error: any Error) {
        stored.withLock { $0 = error }
    }

    var error: (any Error)? {
        stored.withLock { $0 }
    }
}
