import Glibc
import LinuxSystem
import ProgressEvents
import Synchronization

/// Displays the progress of a copy on a terminal: a bar for each blob in progress, redrawn in place, a line for each
/// finished one, and a total.
final class CopyProgress: Sendable {
    private let stream: StandardStream
    private let state = Mutex(State())

    private struct Blob {
        let digest: String
        let kind: ProgressEvent.BlobKind
        let size: Int64?
        let started: Int64
        var moved: Int64 = 0
    }

    private struct State {
        var moving: [Blob] = []
        var drawnLines = 0
        var drawnAt: Int64 = 0
        var firstStarted: Int64?
        var arrived = 0
        var arrivedBytes: Int64 = 0
        var skipped = 0
        var hasTotal = false
    }

    init(_ stream: StandardStream) {
        self.stream = stream
    }

    /// Handles one event; any event that is not about a blob clears the bars first.
    func take(_ event: ProgressEvent) {
        state.withLock { state in
            switch event {
            case .blobStarted(let digest, let kind, let size):
                let now = Self.milliseconds()
                state.firstStarted = state.firstStarted ?? now
                state.moving.append(
                    Blob(digest: digest, kind: kind, size: size.flatMap { $0 < 0 ? nil : $0 }, started: now))
                redraw(&state, after: [])
            case .blobAdvanced(let digest, let bytes):
                guard let place = state.moving.firstIndex(where: { $0.digest == digest }) else { return }
                state.moving[place].moved = bytes
                // Redraw only a few times per second.
                if Self.milliseconds() - state.drawnAt >= 80 { redraw(&state, after: []) }
            case .blobDone(let digest, let kind, let outcome):
                redraw(&state, after: [finish(digest, kind, outcome, &state)])
            default: break
            }
        }
    }

    /// Ends the display with the total, so that other lines can follow.
    func close() {
        state.withLock { state in
            guard state.arrived + state.skipped > 0, !state.hasTotal else { return }
            state.hasTotal = true
            redraw(&state, after: [])
            let rate = Self.rate(state.arrivedBytes, since: state.firstStarted)
            let skipped = state.skipped > 0 ? ", \(state.skipped) skipped" : ""
            let moved = state.arrived > 0 ? "\(HumanUnits.size(state.arrivedBytes))\(rate)" : "nothing"
            write(["Copied \(moved) in \(state.arrived) blobs\(skipped)"], over: state.drawnLines)
            state.drawnLines = 0
        }
    }

    // MARK: Lines

    private func finish(
        _ digest: String, _ kind: ProgressEvent.BlobKind, _ outcome: ProgressEvent.BlobOutcome, _ state: inout State
    ) -> String {
        let name = "Copying \(kind == .config ? "config" : "blob") \(Self.short(digest))"
        let place = state.moving.firstIndex { $0.digest == digest }
        let blob = place.map { state.moving.remove(at: $0) }
        switch outcome {
        case .skipped:
            state.skipped += 1
            return "\(name) skipped: already exists"
        case .mounted:
            state.skipped += 1
            return "\(name) mounted from another repository"
        case .copied:
            state.arrived += 1
            guard let blob else { return "\(name) done" }
            let size = blob.size ?? blob.moved
            state.arrivedBytes = state.arrivedBytes.addingSaturated(size)
            return "\(name) done  \(HumanUnits.size(size))\(Self.rate(size, since: blob.started))"
        }
    }

    private static func bar(_ blob: Blob) -> String {
        let name = "Copying \(blob.kind == .config ? "config" : "blob") \(short(blob.digest))"
        let rate = rate(blob.moved, since: blob.started)
        guard let size = blob.size, size > 0 else { return "\(name) \(HumanUnits.size(blob.moved))\(rate)" }
        let width = 24
        let filled = Int(min(Double(blob.moved) / Double(size), 1) * Double(width))
        let bar =
            String(repeating: "=", count: max(filled - 1, 0)) + (filled > 0 ? ">" : "")
            + String(repeating: "-", count: width - filled)
        return "\(name) [\(bar)] \(HumanUnits.size(blob.moved)) / \(HumanUnits.size(size))\(rate)"
    }

    private static func short(_ digest: String) -> String {
        guard let colon = digest.firstIndex(of: ":") else { return digest }
        return "\(digest[...colon])\(digest[digest.index(after: colon)...].prefix(12))"
    }

    private static func rate(_ bytes: Int64, since start: Int64?) -> String {
        guard let start, bytes > 0 else { return "" }
        let elapsed = max(milliseconds() - start, 1)
        return "  \(HumanUnits.size(Int64(min(Double(bytes) * 1000 / Double(elapsed), 1e18))))/s"
    }

    // MARK: Drawing

    private func redraw(_ state: inout State, after finished: [String]) {
        let bars = state.moving.map(Self.bar)
        write(finished + bars, over: state.drawnLines)
        state.drawnLines = bars.count
        state.drawnAt = Self.milliseconds()
    }

    /// Replaces the last `drawn` lines on the terminal.
    private func write(_ lines: [String], over drawn: Int) {
        let known = (try? WindowSize.of(terminal: stream.rawValue)).map { Int($0.columns) } ?? 0
        let columns = known > 0 ? known : 80
        var text = drawn > 0 ? "\u{1B}[\(drawn)A\r" : ""
        for line in lines { text += "\(TerminalText.escaped(line).prefix(max(columns - 1, 20)))\u{1B}[K\n" }
        stream.writeCommands(text + "\u{1B}[J")
    }

    private static func milliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
