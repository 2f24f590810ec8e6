import LinuxSystem
import StreamCompression

/// Arbitrates disk space between an image that is being unpacked and the journals of its blobs, which only help if the
/// pull fails: they yield if the pull would succeed without them, and are kept if it is bound to fail.
final class JournalSpaceArbiter: Sendable {
    /// What a journal should do.
    enum Verdict {
        case goOn
        /// Keep its content, and write no more.
        case stop
        /// Free its space.
        case discard
    }

    /// How many bytes arrive between checks of the free space.
    private static let interval: Int64 = 4 << 20
    /// Space kept free for other users of the disk.
    private static let reserve = 32.0 * 1024 * 1024

    private struct State {
        var freeAtStart: Int64 = 0
        /// Compressed bytes of the image: all, those received by this process, and those stored in journals.
        var expected: Int64
        var received: Int64 = 0
        var kept: Int64 = 0
        var checkedAt: Int64 = 0
        var verdict = Verdict.goOn
        var completed: [BlobJournal] = []
    }

    private let directory: String
    private let state: Monitor<State>

    /// - Parameter expected: the compressed size of everything to be received.
    init(_ directory: String, expected: Int64) {
        self.directory = directory
        // It may not exist yet; if it cannot be created, nothing is kept anyway.
        try? Files.makeDirectories(directory)
        var state = State(expected: expected)
        state.freeAtStart = Self.free(directory)
        self.state = Monitor(state)
    }

    private static func free(_ directory: String) -> Int64 {
        Int64(clamping: (try? Files.freeSpace(of: directory)) ?? 0)
    }

    /// Accounts for bytes that have arrived and are about to be stored.
    func arrived(_ count: Int) -> Verdict {
        state.update { state in
            state.received += Int64(count)
            if state.verdict == .goOn { state.kept += Int64(count) }
            guard state.verdict != .discard, state.received - state.checkedAt >= Self.interval else {
                return state.verdict
            }
            state.checkedAt = state.received
            state.verdict = judge(state)
            if state.verdict == .discard {
                for journal in state.completed { journal.discard() }
                state.completed = []
            }
            return state.verdict
        }
    }

    private func judge(_ state: State) -> Verdict {
        let free = Double(Self.free(directory))
        let unpacked = max(Double(state.freeAtStart) - free - Double(state.kept), Double(state.received))
        // arithmetic: neither is negative
        let missing = unpacked / Double(max(state.received, 1)) * Double(max(state.expected - state.received, 0))
        if free >= missing * 1.1 + Self.reserve { return state.verdict }
        if free + Double(state.kept) < missing { return state.verdict }
        return free >= missing + Self.reserve / 2 ? .stop : .discard
    }

    /// Nothing more will be appended to this journal.
    func completed(_ journal: BlobJournal) {
        let isLate = state.update { state in
            if state.verdict != .discard { state.completed.append(journal) }
            return state.verdict == .discard
        }
        if isLate { journal.discard() }
    }
}
