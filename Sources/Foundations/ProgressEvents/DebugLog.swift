import Synchronization

/// One thing that the program has done below the level of progress: a request, a lock, a decision of the build cache, a
/// mount.
package struct DebugRecord: Sendable {
    /// The kind of thing, in a few words: the same for all of a kind.
    package let message: String
    /// Its properties, without secrets.
    package let fields: [(name: String, value: String)]

    /// Memberwise initializer.
    package init(message: String, fields: [(name: String, value: String)]) {
        self.message = message
        self.fields = fields
    }
}

/// Receives debug records from everywhere, if the user wants to see them.
///
/// Unlike progress events, these are not part of what a workflow tells its caller, and no result depends on them: that
/// is why the receiver is not passed to each of the many places that have something to record.
package enum DebugLog {
    private static let isReceiving = Atomic<Bool>(false)
    private static let receiver = Mutex<(@Sendable (DebugRecord) -> Void)?>(nil)

    /// Passes all later records to `receive`, one at a time, on any thread.
    package static func begin(_ receive: @escaping @Sendable (DebugRecord) -> Void) {
        receiver.withLock { $0 = receive }
        isReceiving.store(true, ordering: .releasing)
    }

    /// Whether records are wanted.
    package static var isActive: Bool { isReceiving.load(ordering: .acquiring) }

    /// Records something. The fields are only evaluated if records are wanted.
    package static func write(_ message: String, _ fields: @autoclosure () -> [(name: String, value: String)]) {
        guard isActive else { return }
        let record = DebugRecord(message: message, fields: fields())
        receiver.withLock { $0?(record) }
    }
}
