import CommandLineGrammar
import ContainerLifecycle
import ContainerStore
import ContainersConfig
import Glibc
import LinuxSystem
import Sandbox
import WorkingContainers

/// The process in the background that keeps a container.
enum ContainerKeep {
    /// Runs a container until it has ended for good, and reports to the process that has started this one.
    ///
    /// - Returns: an exit code that nobody reads.
    static func run(_ name: String, _ session: Session) throws -> Int32 {
        do {
            return try keep(name, session)
        } catch {
            KeeperReport.fail((error as? SandboxError)?.exitCode ?? ErrorReport.ownFailure, "\(error)")
            return ErrorReport.ownFailure
        }
    }

    private static func keep(_ name: String, _ session: Session) throws -> Int32 {
        let store = try session.openStore(mounts: true)
        var container = try ManagedContainer(name, in: store)
        guard !container.isRunning else { throw CommandError("container \(container.id) is already running") }
        guard container.definition.supervision?.logDriver != "passthrough" else {
            throw CommandError("--log-driver passthrough is not supported in the background: use none or k8s-file")
        }
        if let adjustment = try session.containersConf().containers.oomScoreAdjustment {
            try OutOfMemoryScore.adjust(adjustment)
        }
        // Paths of the command line that created it are relative to its directory.
        _ = chdir(container.definition.directory)
        let invocation = try ContainerInvocation.recreating(container, store, session)
        var process = try invocation.process(for: container.definition)
        _ = chdir("/")
        process.isolation = try ContainerRun.isolation(of: container, store, session)
        let bundle = try RuntimeChoice.makeBundle(of: process.isolation)
        defer { if let bundle { try? Files.removeTree(bundle) } }
        defer {
            if container.definition.removesItself { try? container.remove(isForced: false, in: store) }
        }
        return try ContainerKeeper.keep(&container, process, hasStarted: { KeeperReport.succeed() }, in: store)
    }
}

extension ContainerInvocation {
    /// Parses the command line that created a container again, for settings that are not in the container's file.
    static func recreating(
        _ container: ManagedContainer, _ store: ContainerStore?, _ session: Session
    ) throws -> ContainerInvocation {
        let line = container.definition.commandLine
        let face = Face.named(line.first ?? "")
        let parsed = try face.grammar.parse(Array(line.dropFirst()), environment: session.environment.environment)
        let command = try face.command(at: parsed.commandPath)
        guard command == ContainerRunCommand.self || command == ContainerCreateCommand.self else {
            throw CommandError("container \(container.id) was not created by container run or create")
        }
        if session.peer == nil, let store, let network = parsed.string("network"), network.hasPrefix("container:") {
            let peer = try ManagedContainer(String(network.dropFirst("container:".count)), in: store)
            guard let process = peer.state.process else {
                throw CommandError("--network \(network): the container is not running")
            }
            session.peer = process.pid
        }
        return try ContainerInvocation(parsed, session)
    }
}
