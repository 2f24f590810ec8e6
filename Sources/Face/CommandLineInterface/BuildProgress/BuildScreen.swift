import ProgressEvents

/// What a terminal shows of a build: lines that stay, and lines about what is in progress. Neither draws nor knows the time.
struct BuildScreen {
    /// A line, with what to put at its right end whatever its length.
    struct Line: Equatable {
        enum Style: Equatable { case normal, faint, good, bad }

        var text: String
        var status = ""
        var style = Style.normal
    }

    private struct Step {
        let id: Int
        let title: String
        let started: Int64
        var tail: [String] = []
    }

    private struct Transfer {
        let name: String
        let size: Int64?
        var moved: Int64 = 0
    }

    /// The lines of output that are kept of each step, for the case that it fails.
    private static let keptLines = 20
    /// The most lines of output that are shown of a step in progress.
    let tailLines: Int
    private var steps: [Step] = []
    private var transfers: [(digest: String, transfer: Transfer)] = []

    init(tailLines: Int = 6) {
        self.tailLines = min(max(tailLines, 0), Self.keptLines)
    }

    /// Whether something is in progress, which takes time.
    var isBusy: Bool { !steps.isEmpty || !transfers.isEmpty }

    /// Handles an event.
    ///
    /// - Parameters:
    ///   - platform: that of the build, if it is for several.
    ///   - now: in milliseconds.
    /// - Returns: lines that stay.
    mutating func take(_ event: ProgressEvent, platform: String?, now: Int64) -> [Line] {
        switch event {
        case .stepStarted(let id, let index, let count, let text, let stage):
            let prefix = StepPrefixes.prefix(index, count, stage, platform: platform)
            steps.append(Step(id: id, title: prefix + Self.summary(text), started: now))
        case .stepOutput(let id, _, let bytes):
            guard let place = steps.firstIndex(where: { $0.id == id }) else { return [] }
            var lines = String(decoding: bytes, as: UTF8.self).split(
                omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            if lines.last == "" { lines.removeLast() }
            steps[place].tail += lines.suffix(Self.keptLines).map { DisplayText.visible(String($0)) }
            let excess = steps[place].tail.count - Self.keptLines
            if excess > 0 { steps[place].tail.removeFirst(excess) }
        case .stepCached(let id, _, _): return end(id) { _ in [("CACHED", .faint)] }
        case .stepDone(let id, _):
            return end(id) { [(DisplayText.duration(milliseconds: now - $0.started), .good)] }
        case .stepFailed(let id): return failed(id, now)
        case .blobStarted(let digest, let kind, let size):
            let name = "\(kind == .config ? "config" : "blob") \(Self.short(digest))"
            transfers.append((digest, Transfer(name: name, size: size.flatMap { $0 > 0 ? $0 : nil })))
        case .blobAdvanced(let digest, let bytes):
            if let place = transfers.firstIndex(where: { $0.digest == digest }) {
                transfers[place].transfer.moved = bytes
            }
        case .blobDone(let digest, _, _): transfers.removeAll { $0.digest == digest }
        case .message(let text): return [Line(text: TerminalText.escaped(text), style: .faint)]
        default: break
        }
        return []
    }

    private mutating func end(_ id: Int, _ status: (Step) -> [(String, Line.Style)]) -> [Line] {
        guard let place = steps.firstIndex(where: { $0.id == id }) else { return [] }
        let step = steps.remove(at: place)
        return status(step).map { Line(text: step.title, status: $0.0, style: $0.1) }
    }

    private mutating func failed(_ id: Int, _ now: Int64) -> [Line] {
        let tail = steps.first { $0.id == id }?.tail ?? []
        let head = end(id) { [("FAILED \(DisplayText.duration(milliseconds: now - $0.started))", .bad)] }
        // Without output it is no command.
        let hints = ["all of its output: --progress plain", "a shell where it failed: --on-error shell"]
        let shown = tail.isEmpty ? [] : hints.map { Line(text: "To get \($0)", style: .faint) }
        return head + tail.map { Line(text: "    \($0)") } + shown
    }

    /// An instruction on one line.
    private static func summary(_ text: String) -> String {
        let lines = text.split(whereSeparator: \.isNewline)
        return TerminalText.escaped(lines.first.map(String.init) ?? "") + (lines.count > 1 ? " …" : "")
    }

    private static func short(_ digest: String) -> String {
        String(digest.drop { $0 != ":" }.dropFirst().prefix(12))
    }

    /// The lines about what is in progress, at most so many.
    func live(rows: Int, now: Int64) -> [Line] {
        let room = max(rows, 1)
        var lines: [Line] = []
        let moving = transfers.map { Line(text: "    \(Self.progress($0.transfer))", style: .faint) }
        let free = room - steps.count - moving.count
        for step in steps {
            lines.append(Line(text: step.title, status: DisplayText.duration(milliseconds: now - step.started)))
            let share = min(tailLines, free / max(steps.count, 1))
            if share > 0 { lines += step.tail.suffix(share).map { Line(text: "    \($0)", style: .faint) } }
        }
        lines += moving
        guard lines.count > room else { return lines }
        let hidden = lines.count - room + 1
        return lines.prefix(room - 1) + [Line(text: "… and \(hidden) more", style: .faint)]
    }

    private static func progress(_ transfer: Transfer) -> String {
        let moved = HumanUnits.size(transfer.moved)
        return "\(transfer.name)  \(transfer.size.map { "\(moved) / \(HumanUnits.size($0))" } ?? moved)"
    }
}

extension BuildScreen.Line {
    /// In so many columns at most; with color if wanted.
    func drawn(columns: Int, hasColor: Bool) -> String {
        let room = columns - (status.isEmpty ? 0 : DisplayText.width(status) + 2)
        let text = DisplayText.fitted(text, to: max(room, 1))
        let line = status.isEmpty ? text : DisplayText.fitted("\(text)  \(status)", to: columns)
        guard hasColor, let code = style.code else { return line }
        return "\u{1B}[\(code)m\(line)\u{1B}[0m"
    }
}

extension BuildScreen.Line.Style {
    fileprivate var code: String? {
        switch self {
        case .normal: nil
        case .faint: "2"
        case .good: "32"
        case .bad: "31"
        }
    }
}
