import CommandLineGrammar
import ContainerStore
import ContainersConfig
import Glibc
import ImageBuild
import ImageModel
import LinuxSystem
import Sandbox
import WorkingContainers

/// `run`: runs a command in a working container.
enum RunCommand: Command {
    static let grammar = CommandGrammar(
        "run", summary: "Run a command inside of the container",
        usage: "run [options] CONTAINER COMMAND [ARG...]", flags: flags, interspersed: false)

    private static let flags: [Flag] = own + NamespaceFlags.flags

    private static let own: [Flag] = [
        SharedFlags.addHistory,
        Flag("cap-add", .stringSlice, help: "add the specified capability"),
        Flag("cap-drop", .stringSlice, help: "drop the specified capability"),
        Flag("env", short: "e", .stringArray, help: "add environment variable to be set temporarily when running"),
        .string("hostname", help: "set the hostname inside of the container"),
        .string("isolation", "type", environment: "BUILDAH_ISOLATION", help: "type of process isolation to use"),
        Flag("mount", .stringArray, help: "attach a filesystem mount to the container"),
        .string("network", "mode", aliases: ["net"], help: NetworkFlag.help),
        .bool("terminal", short: "t", aliases: ["tty"], help: "allocate a pseudo-TTY in the container"),
        .string("user", "user[:group]", help: "user[:group] to run the command as"),
        Flag("volume", short: "v", .stringArray, help: "bind mount a host location into the container"),
        .string("workingdir", help: "temporarily set working directory for command"),
        .bool("no-pivot", environment: "BUILDAH_NOPIVOT", help: "do not use pivot root to jail process inside rootfs"),
        .string("contextdir", "directory", help: "context directory, to which sources in --mount are relative"),
        .string("runtime", "path", environment: "BUILDAH_RUNTIME", help: "path to the OCI runtime to use"),
        Flag("runtime-flag", .stringSlice, help: "add global flags for the container runtime"),
        Flag(
            "valid-exit-codes", .stringSlice, placeholder: "code", help: "exit codes that count as success (default 0)"),
    ]

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard let name = arguments.positionals.first else { throw CommandError("container ID must be specified") }
        var command = Array(arguments.positionals.dropFirst())
        if command.first == "--" { command.removeFirst() }
        guard !command.isEmpty else { throw CommandError("command must be specified") }
        let expected = try expectedCodes(arguments)
        let conf = try session.containersConf()
        try conf.checkSupported(for: .steps)
        let store = try session.openStore(mounts: true)
        var container = try WorkingContainer(name, in: store)
        var process = try process(command, container, arguments, session, conf)
        process.adapt(to: store, session)
        let requests = try mounts(of: container, arguments)
        process.description = description(of: container, isRootless: store.isRootless)
        process.confinement = try confinement(of: container, arguments, conf)
        process.additionalGroups = container.settings.additionalGroups
        process.isolation = try RuntimeChoice.isolation(
            arguments, conf, settled: container.settings.isolation,
            bundle: "\(store.runDirectory(container: container.id))/bundle")
        try NamespaceFlags.checkSharing(process.isolation, arguments, session)
        let bundle = try RuntimeChoice.makeBundle(of: process.isolation)
        defer { if let bundle { try? Files.removeTree(bundle) } }
        let hostFiles = try HostFiles(store.layout)
        let mounts = RunMounts(container, in: store) { name in
            let rendering = ProgressRendering(steps: nil, copies: .error)
            let images = try StoreImages(store, arguments, session, report: rendering.handler)
            return try images.baseImage(name, policy: .missing, platform: nil).record.topLayer
        }
        defer { mounts.close() }
        do {
            try hostFiles.network.begin(process.confinement, process.isolation)
            let status = try container.withFiles(in: store, lendsMountPoints: true) { files in
                process.mounts = try mounts.prepare(
                    requests, volumes: (container.container.volumes ?? [:]).map(\.key), in: files, user: process.user)
                return try process.run(in: files, hostFiles: hostFiles, caches: store.layout.ownRoom + "/filters")
            }
            guard expected.contains(status.shellCode) else {
                guard !status.isSuccess else {
                    throw CommandError("command exited with code 0, which is not in the valid exit codes list")
                }
                session.printError("Error: exit status \(status.shellCode)")
                return status.shellCode
            }
        } catch let error as SandboxError {
            session.printError("Error: \(explained(error, user: process.user))")
            // Buildah returns the runtime's exit code for a command that cannot be started.
            return session.calledAs == "buildah" && error.exitCode != ErrorReport.ownFailure ? 1 : error.exitCode
        }
        if arguments.bool("add-history") {
            let shell = container.container.shell?.joined(separator: " ") ?? "/bin/sh -c"
            container.note("\(shell) \(command.joined(separator: " "))")
            try container.save(to: store)
        }
        return 0
    }

    /// What a command can learn about its container from `/run/.containerenv`, which shells can read.
    private static func description(of container: WorkingContainer, isRootless: Bool) -> String {
        """
        engine="buildah-\(Swiftlet.version)"
        name=\(container.name.goQuoted)
        id=\(container.id.goQuoted)
        image=\(container.imageName.goQuoted)
        imageid=\(container.record.image.goQuoted)
        rootless=\(isRootless ? 1 : 0)

        """
    }

    /// `--valid-exit-codes`, by default 0 only.
    private static func expectedCodes(_ arguments: ParsedArguments) throws -> Set<Int32> {
        let texts = arguments.strings("valid-exit-codes")
        guard !texts.isEmpty else { return [0] }
        return Set(
            try texts.map { text in
                guard let code = Int32(text), (0...255).contains(code) else {
                    throw CommandError("invalid argument \(text.goQuoted) for \"--valid-exit-codes\": not an exit code")
                }
                return code
            })
    }

    /// The error for a missing account, in Buildah's words.
    private static func explained(_ error: SandboxError, user: String) -> String {
        guard error.code == .unknownUser else { return error.description }
        let parts = user.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if error.message.contains("find group"), parts.count == 2 {
            return "determining run gid: group: unknown group error looking up group \"\(parts[1])\""
        }
        return "determining run uid: user: unknown user error looking up user \"\(parts[0])\""
    }

    private static func process(
        _ command: [String], _ container: WorkingContainer, _ arguments: ParsedArguments, _ session: Session,
        _ conf: ContainersConf
    ) throws -> ContainerProcess {
        let config = container.container
        var process = ContainerProcess(
            arguments: command,
            hostname: arguments.string("hostname") ?? config.hostname
                ?? (conf.containers.hostnameIsName ? HostnameOfName.make(container.name) : nil)
                ?? String(container.id.prefix(12)))
        process.environment = config.env ?? []
        if container.settings.passesProxies {
            process.defaultEnvironment = session.proxies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        }
        process.defaultEnvironment += conf.containers.env
        for text in arguments.strings("env") {
            let (key, given) = KeyValueFlag.split(text)
            guard let value = given ?? session.environment.environment[key] else { continue }
            process.environment.append("\(key)=\(value)")
        }
        process.noPivot = arguments.bool("no-pivot")
        func given(_ flag: String) -> String? { arguments.string(flag).flatMap { $0.isEmpty ? nil : $0 } }
        process.workingDirectory = given("workingdir") ?? config.workingDir
        process.user = given("user") ?? config.user
        if arguments.boolIfGiven("terminal") ?? (isatty(STDIN_FILENO) == 1) {
            process.terminal = TerminalRequest()
            // Programs inside draw on the caller's terminal.
            if let type = session.environment.value("TERM"),
                !process.environment.contains(where: { $0.hasPrefix("TERM=") })
            {
                process.environment.append("TERM=\(type)")
            }
        }
        return process
    }

    private static func mounts(
        of container: WorkingContainer, _ arguments: ParsedArguments
    ) throws -> [MountRequest] {
        let own =
            try arguments.strings("volume").map { try RunVolumeFlag.parse($0) }
            + arguments.strings("mount").map { try RunMountFlag.parse($0, context: arguments.string("contextdir")) }
        // Flags override the settings from `from`.
        let inherited = try container.settings.volumes.map { try RunVolumeFlag.parse($0) }
        return inherited.filter { mount in !own.contains { $0.destination == mount.destination } } + own
    }

    private static func confinement(
        of container: WorkingContainer, _ arguments: ParsedArguments, _ conf: ContainersConf
    ) throws -> StepConfinement {
        let settings = container.settings
        var confinement = StepConfinement(conf)
        if let capabilities = settings.capabilities { confinement.defaultCapabilities = capabilities }
        confinement.addCapabilities = arguments.strings("cap-add")
        confinement.dropCapabilities = arguments.strings("cap-drop")
        confinement.setSecurity(settings.securityOptions, conf)
        confinement.addHosts = settings.addHosts
        // A container made by Buildah has no words for what its configuration said then: today's counts.
        if !settings.dnsServers.isEmpty { confinement.dnsServers = settings.dnsServers }
        if !settings.dnsSearches.isEmpty { confinement.dnsSearches = settings.dnsSearches }
        if !settings.dnsOptions.isEmpty { confinement.dnsOptions = settings.dnsOptions }
        // Buildah's own default is written into every container; a user may have less.
        if !settings.resourceLimits.isEmpty {
            confinement.addLimits(settings.resourceLimits.filter { $0 != "nproc=32768:32768" })
        }
        if !settings.shmSize.isEmpty { confinement.shmSize = try ByteCount.parse(settings.shmSize) }
        try NetworkFlag.choose(arguments.string("network") ?? settings.network, conf, for: &confinement)
        confinement.namespaces = settings.namespaces
        confinement.devices = settings.devices
        confinement.noHosts = settings.noHosts
        confinement.controls = settings.controls
        try NamespaceFlags.read(arguments, conf, into: &confinement)
        return confinement
    }
}
