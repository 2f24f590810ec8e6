import Synchronization

/// Tells once that commands have the host's network because a private one cannot be had.
package final class SharedNetworkNotice: Sendable {
    private let isTold = Mutex(false)
    private let tell: @Sendable (String) -> Void

    /// - Parameter tell: called at most once, when the first command is about to run, with the reason.
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
