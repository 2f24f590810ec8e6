package import ContainerStore
import Glibc
import LinuxSystem
import Sandbox
package import WorkingContainers

/// Runs a container in the background: owns its streams, writes its log, serves its clients, and restarts it if its
/// policy says so.
///
/// The keeper is a process of its own, and the parent of the container, which is killed when it dies, however that happens.
package struct ContainerKeeper: ~Copyable {
    private let orders: OwnedFD
    private let answers: OwnedFD
    private let thread: PlainThread
    private var stopIsRequested = false

    /// The keeper's socket in the container's run directory.
    static let socketName = "keeper.sock"

    /// Runs the container until it has ended for good.
    ///
    /// - Parameter hasStarted: called whenever its command runs.
    /// - Returns: the last exit code.
    /// - Throws: when the first start fails.
    package static func keep(
        _ container: inout ManagedContainer, _ process: ContainerProcess,
        hasStarted: @escaping @Sendable () -> Void, in store: ContainerStore
    ) throws -> Int32 {
        let directory = try store.runDirectory(container: container.id)
        defer { try? Files.removeFile("\(directory)/\(socketName)") }
        let settings = container.definition.supervision ?? ContainerDefinition.Supervision()
        let path = settings.keepsLog ? try settings.logPath ?? container.logPath(in: store) : nil
        var keeper = try ContainerKeeper(in: directory, log: path, limit: settings.logLimit)
        defer { keeper.quit() }
        var code = try keeper.run(&container, process, hasStarted: hasStarted, in: store)
        var delay: Int32 = 100
        while keeper.restarts(container, settings, code, after: delay), try store.container(container.id) != nil {
            let began = Clock.monotonicMilliseconds()
            container.state.restartCount = (container.state.restartCount ?? 0) + 1
            do {
                code = try keeper.run(&container, process, hasStarted: hasStarted, in: store)
            } catch {
                code = (error as? SandboxError)?.exitCode ?? 125
            }
            delay = Clock.monotonicMilliseconds() - began > 10_000 ? 100 : min(delay * 2, 60_000)
        }
        return code
    }

    private init(in directory: String, log path: String?, limit: Int64?) throws {
        let ordering = try Pipe()
        let answering = try Pipe()
        let listener = try UnixSocket.listen(in: directory, Self.socketName).release()
        let taken = try ordering.reader.duplicate().release()
        let given = try answering.writer.duplicate().release()
        if let path { _ = try ContainerLogWriter(path, limit: limit) }
        let sender = try ordering.writer.duplicate()
        let receiver = try answering.reader.duplicate()
        let started = try PlainThread {
            var log: ContainerLogWriter?
            if let path { log = try? ContainerLogWriter(path, limit: limit) }
            var loop = KeeperLoop(
                orders: OwnedFD(adopting: taken), answers: OwnedFD(adopting: given),
                listener: OwnedFD(adopting: listener), log: log)
            loop.run()
        }
        orders = sender
        answers = receiver
        thread = started
    }

    private func quit() {
        KeeperOrder(kind: .quit).send(to: orders.raw)
        thread.join()
    }

    private mutating func run(
        _ container: inout ManagedContainer, _ process: ContainerProcess,
        hasStarted: @escaping @Sendable () -> Void, in store: ContainerStore
    ) throws -> Int32 {
        var process = process
        process.started = hasStarted
        let orders = self.orders.raw
        let output = try Pipe()
        let error = try Pipe()
        let (reader, writer) = try Pipe().split()
        // The only writing end goes to the loop: closing it is the end of the container's input.
        let input = OwnedFD(adopting: reader)
        let takesInput = process.terminal == nil && container.definition.opensInput
        if !takesInput { _ = Glibc.close(writer) }
        if process.terminal != nil {
            process.consoleReceiver = { KeeperOrder(kind: .console, numbers: [$0, -1, -1]).send(to: orders) }
            KeeperOrder(kind: .begin).send(to: orders)
        } else {
            process.stdio.input = takesInput ? .descriptor(input.raw) : .null
            process.stdio.output = .descriptor(output.writer.raw)
            process.stdio.error = .descriptor(error.writer.raw)
            let ends = [
                takesInput ? writer : -1,
                try output.reader.duplicate().release(), try error.reader.duplicate().release(),
            ]
            KeeperOrder(kind: .begin, numbers: ends).send(to: orders)
        }
        return try container.run(process, in: store) { code in
            KeeperOrder(kind: .end, numbers: [code, -1, -1]).send(to: orders)
            while let answer = receive(milliseconds: -1), answer != KeeperOrder.drained { stopIsRequested = true }
        }.shellCode
    }

    /// Waits, and reports whether the container is to run again.
    private mutating func restarts(
        _ container: ManagedContainer, _ settings: ContainerDefinition.Supervision, _ code: Int32,
        after milliseconds: Int32
    ) -> Bool {
        if stopIsRequested { return false }
        switch settings.restartPolicy {
        case "always", "unless-stopped": break
        case "on-failure":
            if code == 0 { return false }
            if let most = settings.restartLimit, most > 0, container.state.restartCount ?? 0 >= most { return false }
        default: return false
        }
        return receive(milliseconds: milliseconds) == nil
    }

    private func receive(milliseconds: Int32) -> UInt8? {
        var ready = [pollfd(fd: answers.raw, events: Int16(POLLIN), revents: 0)]
        var result = poll(&ready, 1, milliseconds)
        while result < 0, errno == EINTR { result = poll(&ready, 1, milliseconds) }
        var byte: UInt8 = 0
        return result > 0 && read(answers.raw, &byte, 1) == 1 ? byte : nil
    }
}
