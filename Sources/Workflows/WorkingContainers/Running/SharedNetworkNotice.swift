import Synchronization

/// Reports once that commands use the host's network because a private one is not available.
package final class SharedNetworkNotice: Sendable {
    private let isTold = Mutex(false)
    private let tell: @Sendable (String) -> Void

    /// - Parameter tell: called with the reason at most once, before the first command runs.
    package init(tell: @escaping @Sendable (String) -> Void) {
        self.tell = tell
    }

    func give(_ reason: String) {
        let isFirst = isTold.withLock { told in
            defer { told = true }
            return !told
        }
        if isFirst { tell(reason) }
    }
}
