import BuildGraph
import ImageModel
import LinuxSystem
import ProgressEvents
import Sandbox
import Synchronization
import WorkingContainers

/// A shell in the container of the step that fails (`--on-error shell`), opened once in a build.
package final class FailureShell: Sendable {
    private let isTaken = Atomic(false)

    package init() {}

    /// Whether nobody has asked before.
    func take() -> Bool { !isTaken.exchange(true, ordering: .relaxed) }
}

extension StageExecutor {
    /// Opens a shell where a command has failed, with its files, mounts, user and environment, if the user asked for that.
    /// What is changed in it is lost.
    func openShell(like process: ContainerProcess, in files: String, _ hostFiles: HostFiles, caches: String) {
        guard session.options.failureShell?.take() == true else { return }
        log.failed()
        session.report(.terminalTaken)
        defer { session.report(.terminalReturned) }
        var process = process
        process.arguments = [stage.container.shell?.first ?? "/bin/sh"]
        process.stdio = StandardStreams()
        process.terminal = TerminalRequest()
        process.signals = .forward
        do {
            _ = try process.run(in: files, hostFiles: hostFiles, caches: caches)
        } catch {
            session.report(.warning("--on-error shell: \(error)"))
        }
    }
}
