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

/// The parsed command line of `container run` or `container create`.
struct ContainerInvocation {
    let arguments: ParsedArguments
    let session: Session
    let conf: ContainersConf

    init(_ arguments: ParsedArguments, _ session: Session) throws {
        self.arguments = arguments
        self.session = session
        conf = try session.containersConf()
        try conf.checkSupported(for: .containers)
        try requireValue("systemd", ["false", "true"], "nothing is mounted for systemd")
        try requireValue("sdnotify", ["ignore", "container"], "the notification socket is not passed on")
        try requireValue("userns", ["", "host"], "the store's mapping is used")
        if !arguments.bool("sig-proxy"), !arguments.bool("detach"), arguments.command.name == "run",
            !arguments.bool("tty"), !session.isKeeper
        {
            throw CommandError("--sig-proxy=false is not supported in the foreground: signals go to the container")
        }
        if arguments.bool("replace"), arguments.string("name") == nil {
            throw CommandError("cannot replace container without --name being set")
        }
    }

    /// Accepts a flag with the values that describe what is done anyway.
    private func requireValue(_ flag: String, _ accepted: [String], _ reason: String) throws {
        guard let value = arguments.string(flag), !accepted.contains(value) else { return }
        throw CommandError("--\(flag) \(value) is not supported: \(reason)")
    }

    /// How the container is confined.
    func confinement() throws -> StepConfinement {
        var confinement = try ConfinementFlags.read(arguments, conf, peer: session.peer)
        try refuseContradictions(confinement)
        if let text = arguments.string("umask") {
            guard let umask = UInt32(text, radix: 8), umask <= 0o777 else {
                throw CommandError("invalid umask \"\(text)\": expected an octal mode such as 0022")
            }
            confinement.umask = umask
        }
        // An ordinary user's control groups are rarely delegated: like Podman, only the flag demands one.
        let configured = session.environment.uid == 0 ? conf.containers.pidsLimit : nil
        let processes = arguments.int("pids-limit").map { Int64($0) } ?? configured
        confinement.controls.processes = processes.flatMap { $0 <= 0 ? nil : $0 }
        if session.environment.uid != 0, !confinement.controls.isEmpty, !ControlGroup.isSupported {
            session.log(.warning, "Resource limits are not supported and ignored on cgroups V1 rootless systems")
            confinement.controls = ResourceControls()
        }
        for text in arguments.strings("sysctl") {
            let (name, value) = KeyValueFlag.split(text)
            guard let value, confinement.isOwnParameter(name) else {
                throw CommandError("--sysctl \(text): it does not belong to one of the container's own namespaces")
            }
            // In the host's network it would be lost.
            if name.hasPrefix("net.") { confinement.demandPrivateNetwork() }
            confinement.sysctls.removeAll { $0.name == name }
            confinement.sysctls.append((name, value))
        }
        if isPrivileged { confinement.liftLimits() }
        return confinement
    }

    // What a flag decides, otherwise containers.conf.
    var isPrivileged: Bool { arguments.boolIfGiven("privileged") ?? conf.containers.isPrivileged }
    var isReadOnly: Bool { arguments.boolIfGiven("read-only") ?? conf.containers.readOnly }
    var usesInit: Bool { arguments.boolIfGiven("init") ?? conf.containers.runsInit }

    /// Settings of a namespace that the container does not have would be lost, or change the host's.
    private func refuseContradictions(_ confinement: StepConfinement) throws {
        if arguments.wasSet("hostname"), confinement.namespaces.uts != .own {
            throw CommandError("cannot set hostname when running in the host UTS namespace: invalid configuration")
        }
        if arguments.wasSet("shm-size"), confinement.namespaces.ipc != .own {
            throw CommandError("cannot set shmsize when running in the {host } IPC Namespace")
        }
        if arguments.bool("init"), confinement.namespaces.process != .own {
            throw CommandError("cannot add init binary as PID 1 (PID namespace isn't private)")
        }
        let network = arguments.string("network") ?? ""
        if network == "none" || network.hasPrefix("container:"),
            ["dns", "dns-option", "dns-search"].contains(where: arguments.wasSet)
        {
            throw CommandError(
                "conflicting options: dns and the network mode: \(network == "none" ? network : "container")")
        }
    }

    /// The sandbox process for a container created by this command line.
    func process(for definition: ContainerDefinition) throws -> ContainerProcess {
        var process = ContainerProcess(arguments: definition.command, hostname: definition.hostname)
        process.environment = definition.environment
        process.workingDirectory = definition.workingDirectory
        // A mistyped directory is not to be made; an image may well leave its own out.
        if arguments.string("workdir") != nil { process.whenDirectoryIsMissing = .refuse }
        process.user = definition.user
        process.addsAccount = definition.rootDirectory == nil
        process.additionalGroups = arguments.strings("group-add")
        process.readOnlyRoot = isReadOnly
        process.useInit = usesInit
        process.confinement = try confinement()
        try PublishFlags.apply(definition.ports, arguments, conf, to: &process.confinement)
        process.mounts = try definition.mounts.filter { $0.type != "volume" }.map { mount in
            try SandboxMount(
                type: mount.type, source: mount.source, destination: mount.destination, options: mount.options)
        }
        if definition.hasTerminal { process.terminal = TerminalRequest() }
        process.stdio = try streams(definition)
        return process
    }

    private func streams(_ definition: ContainerDefinition) throws -> StandardStreams {
        var streams = StandardStreams()
        let attached = try arguments.strings("attach").map { name in
            guard ["stdin", "stdout", "stderr"].contains(name.lowercased()) else {
                throw CommandError(
                    "invalid stream \"\(name)\" for --attach - must be one of stdin, stdout, or stderr: invalid argument"
                )
            }
            return name.lowercased()
        }
        if !attached.isEmpty {
            if !attached.contains("stdin") { streams.input = .null }
            if !attached.contains("stdout") { streams.output = .null }
            if !attached.contains("stderr") { streams.error = .null }
        } else if !definition.opensInput, !definition.hasTerminal {
            streams.input = .null
        }
        return streams
    }

    /// When to fetch the image: as the flag says, otherwise containers.conf.
    func pullPolicy() throws -> BuildOptions.PullPolicy {
        let configured = conf.engine.pullPolicy
        return try BuildOptions.PullPolicy(flag: arguments.string("pull") ?? (configured.isEmpty ? nil : configured))
    }

    /// The requested platform; nil: that of the image in the store.
    func platform() throws -> Platform? {
        if let text = arguments.string("platform") {
            guard !["arch", "os", "variant"].contains(where: { arguments.wasSet($0) }) else {
                throw CommandError("--platform option can not be specified with --arch, --os or --variant")
            }
            return try Platform.parse(text)
        }
        guard ["arch", "os", "variant"].contains(where: { arguments.wasSet($0) }) else { return nil }
        let parts = [
            arguments.string("os") ?? Platform.host.os, arguments.string("arch") ?? Platform.host.architecture,
            arguments.string("variant"),
        ]
        return try Platform.parse(parts.compactMap { $0 }.joined(separator: "/"))
    }
}
