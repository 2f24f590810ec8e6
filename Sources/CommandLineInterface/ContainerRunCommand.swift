import CommandLineGrammar
import ContainerStore
import ContainersConfig
import ImageBuild
import ImageModel
import LinuxSystem
import Sandbox
import WorkingContainers

/// `container run`: a command in a container of an image, in the foreground.
enum ContainerRunCommand: Command {
    static let grammar = CommandGrammar(
        "run", summary: "Run a command in a new container", usage: "run [options] IMAGE [COMMAND [ARG...]]",
        flags: ownFlags + ConfinementFlags.flags, interspersed: false, arguments: .atLeast(1))

    private static let ownFlags: [Flag] = [
        .bool("rm", help: "remove container (and pod if created) after exit"),
        Flag("env", short: "e", .stringArray, help: "set environment variables in container"),
        Flag(
            "volume", short: "v", .stringArray, placeholder: "SOURCE:TARGET[:OPTIONS]",
            help: "bind mount a volume into the container"),
        Flag(
            "tmpfs", .stringArray, placeholder: "TARGET[:OPTIONS]",
            help: "mount a temporary filesystem (tmpfs) into a container"),
        .string("workdir", short: "w", help: "working directory inside the container"),
        .string("user", short: "u", "NAME[:GROUP]", help: "username or UID"),
        .string("entrypoint", help: "overwrite the default ENTRYPOINT of the image"),
        .string("hostname", short: "h", help: "set container hostname"),
        .bool("read-only", help: "make containers root filesystem read-only"),
        .bool(
            "http-proxy", default: true,
            help: "set proxy environment variables in the container based on the host proxy vars"),
        .bool("init", help: "run an init inside the container that forwards signals and reaps processes"),
        .bool("interactive", short: "i", help: "keep STDIN open even if not attached"),
        Flag("pull", .optionalString(noOptDefault: "always"), help: "pull image policy: always, missing, never, newer"),
        .bool("tty", short: "t", help: "allocate a pseudo-TTY for container"),
        Flag("mount", .stringArray, help: "attach a filesystem mount to the container"),
        Flag("env-file", .stringArray, placeholder: "file", help: "read in a file of environment variables"),
        .refused("detach", short: "d", "containers run in the foreground only"),
        .refused("name", "containers are not kept in this version"),
        .refused("publish", short: "p", "private networks come with a later version"),
        .refused("cidfile", "containers are not kept in this version"),
        .refused("platform", "--platform comes with a later version"),
    ]

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard arguments.bool("rm") else {
            throw CommandError("containers are not kept in this version: use container run --rm")
        }
        let conf = try session.containersConf()
        let confinement = try ConfinementFlags.read(arguments, conf)
        let store = try session.openStore(mounts: true)
        let rendering = ProgressRendering(steps: nil, copies: .error)
        let images = StoreImages(store, calledAs: session.calledAs, report: rendering.handler)
        let policy = BuildOptions.PullPolicy(rawValue: arguments.string("pull") ?? "missing")
        guard let policy else { throw CommandError("unrecognized pull policy \"\(arguments.string("pull") ?? "")\"") }
        let image = try images.baseImage(arguments.positionals[0], policy: policy, platform: nil)
        var process = try process(for: image.containerConfig, arguments, session)
        process.confinement = confinement
        let root = try WritableRoot(over: image.record.topLayer, in: store)
        defer { root.discard() }
        let hostFiles = try HostFiles(store.layout)
        do {
            let status = try root.withFiles(lendsMountPoints: true) { files in
                try WorkingDirectory.make(process.workingDirectory, in: files)
                return try process.run(in: files, hostFiles: hostFiles, caches: store.layout.ownRoom + "/filters")
            }
            return status.shellCode
        } catch let error as SandboxError {
            session.printError("Error: \(error)")
            return error.exitCode
        }
    }

    private static func process(
        for config: ContainerConfig, _ arguments: ParsedArguments, _ session: Session
    ) throws -> ContainerProcess {
        let command = Array(arguments.positionals.dropFirst())
        let entrypoint = try arguments.string("entrypoint").map { try Entrypoint.parse($0) }
        var words = entrypoint ?? config.entrypoint ?? []
        // An entry point of one's own leaves the image's command out.
        words += !command.isEmpty ? command : entrypoint == nil ? config.cmd ?? [] : []
        guard !words.isEmpty else {
            throw CommandError("no command or entrypoint provided, and no CMD or ENTRYPOINT from image")
        }
        var process = ContainerProcess(
            arguments: words, hostname: arguments.string("hostname") ?? RandomBytes.hex(6))
        process.environment = config.env ?? []
        let variables = try arguments.strings("env-file").flatMap { try EnvironmentFile.read($0) }
        for text in variables + arguments.strings("env") {
            let (key, given) = KeyValueFlag.split(text)
            guard let value = given ?? session.environment.environment[key] else { continue }
            process.environment.removeAll { $0.hasPrefix(key + "=") }
            process.environment.append("\(key)=\(value)")
        }
        if arguments.bool("http-proxy") {
            for (name, value) in session.proxies.sorted(by: { $0.key < $1.key })
            where !process.environment.contains(where: { $0.hasPrefix(name + "=") }) {
                process.environment.append("\(name)=\(value)")
            }
        }
        process.workingDirectory = arguments.string("workdir") ?? config.workingDir
        process.user = arguments.string("user") ?? config.user
        process.readOnlyRoot = arguments.bool("read-only")
        process.useInit = arguments.bool("init")
        process.mounts =
            try arguments.strings("volume").map { try VolumeFlag.parse($0) }
            + arguments.strings("tmpfs").map { try VolumeFlag.parseTmpfs($0) }
            + arguments.strings("mount").map { try MountOption.parse($0) }
        if arguments.bool("tty") { process.terminal = TerminalRequest() }
        if !arguments.bool("interactive"), !arguments.bool("tty") { process.stdio.input = .null }
        return process
    }
}

/// `--env-file`: a variable on each line, as `--env` takes it; lines that begin with `#` say nothing.
enum EnvironmentFile {
    static func read(_ path: String) throws -> [String] {
        let text = String(decoding: try Files.readFile(path, limit: 1 << 20), as: UTF8.self)
        return text.split(separator: "\n").map { line in
            String(line.drop { $0 == " " || $0 == "\t" })
        }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }
}

/// The directory a container's command begins in.
enum WorkingDirectory {
    /// Makes it where the image lacks it.
    static func make(_ path: String, in files: String) throws {
        let relative = path.split(separator: "/").joined(separator: "/")
        if relative.isEmpty { return }
        let root = try RootedDirectory(opening: files)
        _ = try root.makeDirectories(relative, mode: 0o755, uid: 0, gid: 0)
    }
}
