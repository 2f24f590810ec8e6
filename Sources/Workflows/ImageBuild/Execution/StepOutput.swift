import BuildGraph
import Glibc
import LinuxSystem
import ProgressEvents
import Sandbox
import Synchronization

/// Where the output of commands goes.
package enum StepOutputRoute: Sendable {
    /// To this process's own standard output and standard error, unchanged, unless the build has secrets: then it is
    /// searched for them on its way.
    case inherited
    /// The same in a build of a single stage; events otherwise, since commands of several stages may run at once.
    case inheritedInSingleStage
    /// To the receiver of events.
    case reported
}

/// The output of one command, on its way through pipes to events.
///
/// A thread passes it on in whole lines; the last one may lack its end, and lines beyond a limit arrive in parts. Little is
/// kept in memory: a receiver that takes its time makes the command wait.
final class StepOutput: Sendable {
    private let pipes: [ReadablePipe]
    private let wakeUp: ReadablePipe
    private let state = Mutex(State())
    private let gate: SecretGate
    private let report: ProgressHandler
    private let receive: @Sendable (ProgressEvent.OutputStream, [UInt8]) -> Void

    private struct State {
        var thread: PlainThread?
        var isFinished = false
        var leaks: Set<SecretSearch.Leak> = []
    }

    /// Nil if the command writes to this process's own streams.
    convenience init?(of executor: StageExecutor) throws {
        let (options, plan) = (executor.session.options, executor.session.plan)
        let isInherited =
            switch options.stepOutput {
            case .inherited: true
            case .inheritedInSingleStage: plan.stages.count == 1
            case .reported: false
            }
        if isInherited, options.secretGate.patterns == nil { return nil }
        try self.init(gate: options.secretGate, report: executor.session.report, receive: executor.log.output)
    }

    init(
        gate: SecretGate, report: @escaping ProgressHandler,
        receive: @escaping @Sendable (ProgressEvent.OutputStream, [UInt8]) -> Void
    ) throws {
        (self.gate, self.report, self.receive) = (gate, report, receive)
        pipes = [try ReadablePipe(), try ReadablePipe()]
        wakeUp = try ReadablePipe()
        let thread = try PlainThread { [self] in pump() }
        state.withLock { $0.thread = thread }
    }

    /// Has a process write here instead of to this process's own streams.
    func connect(_ streams: inout StandardStreams) {
        if streams.output == .inherit { streams.output = .descriptor(pipes[0].writer) }
        if streams.error == .inherit { streams.error = .descriptor(pipes[1].writer) }
    }

    /// Waits until everything that the command has written is passed on. Nothing happens if it was called before.
    func finish() {
        let thread = state.withLock { state in
            let thread = state.thread
            state.thread = nil
            return thread
        }
        guard let thread else { return }
        // What the command has left running may hold the pipes.
        wakeUp.closeWriter()
        for pipe in pipes { pipe.closeWriter() }
        thread.join()
        for pipe in pipes + [wakeUp] { pipe.closeReader() }
    }

    /// - Throws: `BuildError` if the output contained a secret, unless that is allowed.
    func checkLeaks() throws {
        try gate.tell(state.withLock { $0.leaks }, in: "the output of the command", report)
    }

    // MARK: The thread

    private func pump() {
        var lines = [OutputLines(), OutputLines()]
        var searches = gate.patterns.map { [SecretSearch($0), SecretSearch($0)] }
        var polled = (pipes + [wakeUp]).map { pollfd(fd: $0.reader, events: Int16(POLLIN), revents: 0) }
        var isHidden = false
        func pass(_ stream: Int, _ bytes: [UInt8]) {
            if bytes.isEmpty { return }
            if let leaks = bytes.withUnsafeBytes({ searches?[stream].leaks(in: $0) }), !leaks.isEmpty {
                state.withLock { $0.leaks.formUnion(leaks) }
                if !gate.allowsLeaks { isHidden = true }
            }
            if !isHidden { receive(stream == 0 ? .standardOutput : .standardError, bytes) }
        }
        while polled[0].fd >= 0 || polled[1].fd >= 0 {
            if poll(&polled, 3, -1) < 0, errno != EINTR { break }
            let isLast = polled[2].revents != 0
            for stream in 0..<2 where polled[stream].fd >= 0 && (isLast || polled[stream].revents != 0) {
                // While the command runs, the other stream gets its turn. After its end there is at most what a pipe holds.
                for _ in 0..<(isLast ? 32 : 1) {
                    guard let bytes = pipes[stream].read() else { break }
                    if bytes.isEmpty { polled[stream].fd = -1 }
                    pass(stream, lines[stream].complete(bytes))
                    if bytes.isEmpty { break }
                }
            }
            if isLast { break }
        }
        for stream in 0..<2 { pass(stream, lines[stream].rest()) }
    }
}

/// Cuts a stream at the ends of lines.
struct OutputLines {
    /// Beyond this many bytes, a line arrives in parts.
    static let limit = 64 << 10
    private var pending: [UInt8] = []

    /// The lines that end in these bytes, with what was left of the ones before.
    mutating func complete(_ bytes: [UInt8]) -> [UInt8] {
        guard let last = bytes.lastIndex(of: UInt8(ascii: "\n")) else {
            pending += bytes
            return pending.count > Self.limit ? rest() : []
        }
        let lines = pending + bytes[...last]
        pending = Array(bytes[(last + 1)...])
        return lines
    }

    /// What comes after the last line.
    mutating func rest() -> [UInt8] {
        defer { pending = [] }
        return pending
    }
}
