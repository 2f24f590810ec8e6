import CLinux
import CSandbox
import Glibc

/// A running pasta or slirp4netns.
final class UserModeProgram {
    private let name: String
    private let process: SandboxProcess
    /// Where it reports readiness, and its other messages.
    private let readiness, messages: Int32

    /// The timeout for readiness in milliseconds.
    private static let patience: Int32 = 30_000
    private static let patienceAtEnd: Int32 = 2_000

    /// Executes the command line; readiness is reported on standard input.
    init(_ words: [String], named name: String) throws(SandboxError) {
        var ends: [Int32] = [-1, -1]
        let messages = sandbox_memory_file("network")
        guard messages >= 0, linux_pipe2(&ends, LINUX_O_CLOEXEC) == 0 else {
            throw SandboxError(.setup, "start \(name)", errno: messages < 0 ? -messages : EMFILE)
        }
        let plan = Self.plan(words, readiness: ends[1], messages: messages)
        do throws(SandboxError) {
            process = try Self.launch(plan)
        } catch {
            [messages, ends[0], ends[1]].forEach { _ = close($0) }
            throw error
        }
        close(ends[1])
        self.name = name
        self.messages = messages
        readiness = ends[0]
    }

    deinit {
        [messages, readiness].forEach { _ = close($0) }
    }

    /// Waits until it reports that it is ready.
    func awaitReadiness() throws(SandboxError) {
        var ready = [pollfd(fd: readiness, events: Int16(POLLIN), revents: 0)]
        while poll(&ready, 1, Self.patience) < 0, errno == EINTR {}
        var byte: UInt8 = 0
        guard ready[0].revents & Int16(POLLIN) != 0, read(readiness, &byte, 1) == 1 else {
            process.kill()
            let reason = ready[0].revents == 0 ? "it does not get ready" : lastMessage
            throw SandboxError(.setup, "\(name) could not connect the network: \(reason)")
        }
    }

    var isAlive: Bool {
        var ended = [pollfd(fd: process.descriptor, events: Int16(POLLIN), revents: 0)]
        return poll(&ended, 1, 0) == 0
    }

    /// Terminates it; with `waiting`, its resources have been released when this returns.
    func end(waiting: Bool) {
        process.kill()
        guard waiting else { return }
        // A security module may block our signal.
        var ended = [pollfd(fd: process.descriptor, events: Int16(POLLIN), revents: 0)]
        while poll(&ended, 1, Self.patienceAtEnd) < 0, errno == EINTR {}
        if ended[0].revents != 0 { _ = try? process.wait() }
    }

    private static func launch(_ plan: SandboxPlan) throws(SandboxError) -> SandboxProcess {
        let process = try SandboxProcess(starting: plan, namespaces: 0)
        var failure: SandboxError?
        while let message = process.receive(plan) {
            if case .failed(let error) = message { failure = error }
        }
        if let failure {
            _ = try process.wait()
            throw failure
        }
        return process
    }

    private static func plan(_ words: [String], readiness: Int32, messages: Int32) -> SandboxPlan {
        var plan = SandboxPlanBuilder()
        // A terminal's Ctrl-C must only reach the container.
        plan.add(SANDBOX_SESSION, for: .step("start a session"))
        plan.add(
            SANDBOX_STREAMS, numbers: [UInt64(readiness), .max, UInt64(messages)],
            for: .step("connect the standard streams"))
        plan.add(SANDBOX_CLOSE_DESCRIPTORS, for: .step("close other descriptors"))
        plan.add(SANDBOX_FILE_MASK, numbers: [0o022], for: .step("set the umask"))
        let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
        plan.add(
            SANDBOX_EXECUTE, .vector([words[0]]), .vector(words), .vector(environment),
            numbers: [1, UInt64(words.count), UInt64(environment.count)], for: .command(words[0], isSearched: false))
        return plan.finish()
    }

    /// The last line that is not about the system log, to which these programs also write.
    private var lastMessage: String {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = pread(messages, &bytes, bytes.count, 0)
        let lines = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).split(separator: "\n")
        return lines.last { !$0.contains("syslog") && !$0.hasPrefix("WARNING") }.map(String.init) ?? "it ended"
    }
}
