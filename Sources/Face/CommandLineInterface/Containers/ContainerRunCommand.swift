import CommandLineGrammar
import ContainerLifecycle
import ContainerStore
import ContainersConfig
import Glibc
import ImageBuild
import ImageModel
import LinuxSystem
import Sandbox
import WorkingContainers

/// `container run`: runs a command in a new container in the foreground.
enum ContainerRunCommand: Command {
    static let grammar = CommandGrammar(
        "run", summary: "Run a command in a new container", usage: "run [options] IMAGE [COMMAND [ARG...]]",
        flags: ContainerFlags.flags, interspersed: false, arguments: .atLeast(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        try PeerContainer.join(arguments.string("network"), session)
        let invocation = try ContainerInvocation(arguments, session)
        let store = try session.openStore(mounts: true)
        let made = try ContainerCreation(invocation, store).create()
        var container = made.container
        if arguments.bool("detach") { return try ContainerRun.detach(container, store, session) }
        return try ContainerRun.runToExit(&container, made.process, store, session)
    }
}

/// `container create`: like `run`, but the container is started later.
enum ContainerCreateCommand: Command {
    static let grammar = CommandGrammar(
        "create", summary: "Create but do not start a container", usage: "create [options] IMAGE [COMMAND [ARG...]]",
        flags: ContainerFlags.flags, interspersed: false, arguments: .atLeast(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let invocation = try ContainerInvocation(arguments, session)
        let store = try session.openStore(mounts: true)
        session.printLine(try ContainerCreation(invocation, store).create().container.id)
        return 0
    }
}

/// Creates a container from a command line.
struct ContainerCreation {
    private let invocation: ContainerInvocation
    private let store: ContainerStore

    init(_ invocation: ContainerInvocation, _ store: ContainerStore) {
        self.invocation = invocation
        self.store = store
    }

    private var arguments: ParsedArguments { invocation.arguments }

    /// - Returns: the container, and the process to run in it.
    func create() throws -> (container: ManagedContainer, process: ContainerProcess) {
        if let file = arguments.string("cidfile"), Files.exists(file) {
            throw CommandError(
                "container id file exists. Ensure another container is not using it or delete \(file)")
        }
        if let name = arguments.string("name") { try ContainerNaming.check(name) }
        let image = arguments.bool("rootfs") ? nil : try image()
        let id = RandomBytes.hex(32)
        let name =
            arguments.string("name") ?? (invocation.conf.containers.hostnameIsName ? ContainerNames.random() : nil)
        let definition = try invocation.definition(
            image?.image, imageName: image?.name ?? "", id: id, name: name, in: store)
        // A container that cannot be run is not created.
        let process = try invocation.process(for: definition)
        if arguments.bool("replace"), let name = arguments.string("name"), try store.container(name) != nil {
            var previous = try ManagedContainer(name, in: store)
            try previous.remove(isForced: true, in: store)
        }
        var container = try ManagedContainer.create(
            id: id, name: name,
            image: image.map { (id: $0.image.record.id, layer: $0.image.record.topLayer) }, definition, in: store)
        if let file = arguments.string("cidfile") {
            do {
                try OutputFile.writeNew(id, to: file)
            } catch {
                try container.remove(isForced: false, in: store)
                throw error
            }
        }
        return (container, process)
    }

    private func image() throws -> (image: StoredImage, name: String) {
        let name = arguments.positionals[0]
        let rendering = ProgressRendering(steps: nil, copies: arguments.bool("quiet") ? nil : .error)
        let images = try StoreImages(store, arguments, invocation.session, report: rendering.handler)
        let image = try images.baseImage(
            name, policy: try invocation.pullPolicy(),
            platform: try invocation.platform())
        let known = try? store.findImage(name)
        return (image, known?.name ?? image.record.names.first ?? image.record.id)
    }
}

/// Runs a container in the foreground.
enum ContainerRun {
    /// Runs a container and then removes it if requested.
    ///
    /// - Returns: the exit code of its command, or one for why it could not be started.
    static func runToExit(
        _ container: inout ManagedContainer, _ process: ContainerProcess, _ store: ContainerStore, _ session: Session
    ) throws -> Int32 {
        if let adjustment = try session.containersConf().containers.oomScoreAdjustment {
            try OutOfMemoryScore.adjust(adjustment)
        }
        var process = process
        process.adapt(to: store, session)
        process.isolation = try isolation(of: container, store, session)
        let bundle = try RuntimeChoice.makeBundle(of: process.isolation)
        defer { if let bundle { try? Files.removeTree(bundle) } }
        var code: Int32
        do {
            code = try container.run(process, in: store).shellCode
        } catch let error as SandboxError {
            session.printError("Error: \(error)")
            code = error.exitCode
        }
        if container.definition.removesItself { try container.remove(isForced: false, in: store) }
        return code
    }
}

extension ContainerRun {
    /// Runs a new container in the background.
    ///
    /// - Returns: 0 when its command runs, otherwise an exit code for why it could not be started.
    static func detach(_ container: ManagedContainer, _ store: ContainerStore, _ session: Session) throws -> Int32 {
        do {
            try KeeperLauncher.launch(container.id, session)
        } catch let failure as KeeperLauncher.Failure {
            session.printError("Error: \(failure)")
            return failure.exitCode
        }
        session.printLine(container.id)
        return 0
    }

    /// The built-in isolation, unless a runtime was specified.
    static func isolation(
        of container: ManagedContainer, _ store: ContainerStore, _ session: Session
    ) throws -> SandboxIsolation {
        guard let runtime = session.global.runtime else { return .builtIn }
        return try RuntimeChoice.external(
            named: runtime, flags: session.global.runtimeFlags, try session.containersConf(),
            bundle: "\(store.runDirectory(container: container.id))/bundle")
    }
}

/// How readily the kernel kills processes when memory runs out.
enum OutOfMemoryScore {
    /// Sets that of this process and of those it starts, from -1000 (never) to 1000 (first).
    static func adjust(_ value: Int64) throws {
        guard (-1000...1000).contains(value) else {
            throw CommandError("containers.conf: containers.oom_score_adj \(value) is not between -1000 and 1000")
        }
        do {
            try OwnedFD.open("/proc/self/oom_score_adj", O_WRONLY).writeAll(Array("\(value)".utf8))
        } catch {
            throw CommandError("containers.conf: containers.oom_score_adj \(value): \(error)")
        }
    }
}

/// Validates names of containers.
enum ContainerNaming {
    static func check(_ name: String) throws {
        guard ContainerNames.isValid(name) else {
            throw CommandError(
                "names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument: \"\(name)\"")
        }
    }
}
