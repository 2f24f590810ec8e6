import LinuxSystem
import StreamCompression

/// Shares the disk between an image that is being unpacked and the journals of its blobs, which only help if the pull
/// fails: where it would succeed without them they give way, where it is bound to fail they are what is worth keeping.
final class JournalSpaceArbiter: Sendable {
    /// What a journal is to do.
    enum Verdict {
        case goOn
        /// Keep what there is, and write no more.
        case stop
        /// Give the space back.
        case discard
    }

    /// How much arrives between looks at the space that is left.
    private static let interval: Int64 = 4 << 20
    /// Kept free for what else the disk is used for.
    private static let reserve = 32.0 * 1024 * 1024

    private struct State {
        var freeAtStart: Int64 = 0
        /// Compressed bytes of the image, those that have arrived in this process, and those kept in journals.
        var expected: Int64
        var received: Int64 = 0
        var kept: Int64 = 0
        var checkedAt: Int64 = 0
        var verdict = Verdict.goOn
        var completed: [BlobJournal] = []
    }

    private let directory: String
    private let state: Monitor<State>

    /// - Parameter expected: the compressed size of all that is to come.
    init(_ directory: String, expected: Int64) {
        self.directory = directory
        // It may not exist yet; without it nothing is kept anyway.
        try? Files.makeDirectories(directory)
        var state = State(expected: expected)
        state.freeAtStart = Self.free(directory)
        self.state = Monitor(state)
    }

    private static func free(_ directory: String) -> Int64 {
        Int64(clamping: (try? Files.freeSpace(of: directory)) ?? 0)
    }

    /// Bytes have arrived, and as many are about to be kept.
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

    /// Nothing is appended to this journal any more.
    func completed(_ journal: BlobJournal) {
        let isLate = state.update { state in
            if state.verdict != .discard { state.completed.append(journal) }
            return state.verdict == .discard
        }
        if isLate { journal.discard() }
    }
}
