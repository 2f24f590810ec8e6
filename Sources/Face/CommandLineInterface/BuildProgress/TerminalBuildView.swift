import Glibc
import LinuxSystem
import ProgressEvents
import Synchronization

/// Draws a build on a terminal, in place.
///
/// After each drawing the terminal is in its normal state, with the cursor below the last line: there is nothing to restore
/// when the build is cancelled. The size is asked for each time, and no line is as long as a row.
final class TerminalBuildView: Sendable {
    private let hasColor: Bool
    private let state: Mutex<State>
    private let wakeUp: ReadablePipe
    private let ticker = Mutex<PlainThread?>(nil)

    private struct State {
        var screen: BuildScreen
        var drawnLines = 0
        var drawnAt: Int64 = 0
        /// Whether another program uses the terminal; what happens meanwhile is shown afterwards.
        var isSuspended = false
        var waiting: [BuildScreen.Line] = []
        var warnings: [String] = []
        var isFinished = false
    }

    /// - Parameter tailLines: how many lines of output a step in progress shows; nil for the default.
    init(hasColor: Bool, tailLines: Int?) throws {
        self.hasColor = hasColor
        state = Mutex(State(screen: tailLines.map { BuildScreen(tailLines: $0) } ?? BuildScreen()))
        wakeUp = try ReadablePipe()
        let thread = try PlainThread { [self] in tick() }
        ticker.withLock { $0 = thread }
    }

    /// Handles one event, on any thread.
    func take(_ event: ProgressEvent, platform: String?) {
        let now = Clock.monotonicMilliseconds()
        state.withLock { state in
            switch event {
            case .terminalTaken:
                draw(&state, now, showsLive: false)
                state.isSuspended = true
            case .terminalReturned:
                state.isSuspended = false
                draw(&state, now)
            case .warning(let text):
                state.warnings.append(MessageText.shown(text))
                draw(&state, now)
            default:
                let lines = state.screen.take(event, platform: platform, now: now)
                state.waiting += lines
                // The ticker shows the rest.
                if !lines.isEmpty || now - state.drawnAt >= 50 { draw(&state, now) }
            }
        }
    }

    /// Removes what is in progress from the display. Later events are shown as lines.
    func finish() {
        wakeUp.closeWriter()
        let thread = ticker.withLock { ticker in
            let thread = ticker
            ticker = nil
            return thread
        }
        thread?.join()
        state.withLock { state in
            state.isFinished = true
            draw(&state, Clock.monotonicMilliseconds())
        }
    }

    /// Redraws the elapsed times until the pipe's other end is closed.
    private func tick() {
        var polled = pollfd(fd: wakeUp.reader, events: Int16(POLLIN), revents: 0)
        while true {
            let result = poll(&polled, 1, 100)
            if result > 0 || result < 0 && errno != EINTR { return }
            state.withLock { state in
                if state.screen.isBusy { draw(&state, Clock.monotonicMilliseconds()) }
            }
        }
    }

    private func draw(_ state: inout State, _ now: Int64, showsLive: Bool = true) {
        if state.isSuspended { return }
        let size = try? WindowSize.of(terminal: StandardStream.output.rawValue)
        let columns = size.map { Int($0.columns) }.flatMap { $0 > 0 ? $0 : nil } ?? 80
        let rows = size.map { Int($0.rows) }.flatMap { $0 > 0 ? $0 : nil } ?? 24
        let live =
            showsLive && !state.isFinished ? state.screen.live(rows: max(min(rows - 2, rows * 2 / 3), 1), now: now) : []
        if !state.warnings.isEmpty {
            StandardStream.output.writeCommands(Self.erasing(state.drawnLines) + "\u{1B}[J")
            for text in state.warnings { StandardStream.error.write(text + "\n") }
            (state.warnings, state.drawnLines) = ([], 0)
        }
        if state.waiting.isEmpty, live.isEmpty, state.drawnLines == 0 { return }
        var text = Self.erasing(state.drawnLines)
        for line in state.waiting + live {
            // The last column stays free: some terminals wrap after it.
            text += line.drawn(columns: max(columns - 1, 1), hasColor: hasColor) + "\u{1B}[K\n"
        }
        StandardStream.output.writeCommands(text + "\u{1B}[J")
        (state.waiting, state.drawnLines, state.drawnAt) = ([], live.count, now)
    }

    private static func erasing(_ lines: Int) -> String { lines > 0 ? "\u{1B}[\(lines)A\r" : "" }
}
