import ProgressEvents
import Synchronization

/// A copy that may be retried as a whole.
enum RetriedCopy {
    /// Passes all events on except repeated starts of a copy: each image's start is reported once, however often it is
    /// retried.
    static func reportingStartsOnce(_ report: @escaping ProgressHandler) -> ProgressHandler {
        let state = State()
        return { event in
            if state.isNews(event) { report(event) }
        }
    }

    private final class State: Sendable {
        private let hasBegun = Mutex(false)

        func isNews(_ event: ProgressEvent) -> Bool {
            hasBegun.withLock { hasBegun in
                switch event {
                case .instanceStarted: hasBegun = false
                case .signaturesStarted:
                    defer { hasBegun = true }
                    return !hasBegun
                default: break
                }
                return true
            }
        }
    }
}
