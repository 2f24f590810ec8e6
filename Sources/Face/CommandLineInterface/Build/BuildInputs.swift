import BuildGraph
import CommandLineGrammar
import ContainersConfig
import ContentDigest
import DockerfileSyntax
import Glibc
import ImageBuild
import ImageModel
import ImageTransports
import JSONText
import LinuxSystem
import Sandbox

/// The flags of `build` for what the commands of the build see, and for overriding the image's configuration.
enum BuildInputs {
    // MARK: Inputs of commands

    static func read(
        _ arguments: ParsedArguments, _ session: Session, _ conf: ContainersConf, _ repositories: GitContexts,
        into options: inout BuildOptions
    ) throws {
        let given =
            try arguments.strings("build-arg-file").flatMap { try lines(of: $0) } + arguments.strings("build-arg")
        for text in given {
            let (key, value) = KeyValueFlag.split(text)
            // A name without a value takes it from the environment, if set.
            if let value = value ?? session.environment.environment[key] {
                options.buildArguments[key] = value
            } else {
                options.buildArguments[key] = nil
            }
        }
        for text in arguments.strings("build-context") { try addContext(text, repositories, to: &options) }
        // The related tools do not look for leaks: their scripts get a warning.
        let isStandIn = session.calledAs == "buildah" || session.calledAs == "podman"
        options.secretGate = SecretGate(allowsLeaks: arguments.boolIfGiven("allow-secret-leaks") ?? isStandIn)
        for text in arguments.strings("secret") {
            let (id, secret) = try secret(text, session)
            options.secrets[id] = secret
        }
        options.sourcePolicy = try arguments.string("source-policy-file").map { try sourcePolicy(in: $0) }
        options.commandMounts = arguments.strings("mount")
        options.reportsUsage = try usageReport(arguments, session)
        let volumes = arguments.wasSet("volume") ? arguments.strings("volume") : conf.containers.volumes
        options.mounts = try volumes.map { try VolumeFlag.parse($0) }
        options.passesInput = arguments.bool("stdin")
        options.skipsUnusedStages = arguments.bool("skip-unused-stages")
        if arguments.bool("compat-volumes") {
            throw CommandError("--compat-volumes is not supported: commands may change files in volumes")
        }
        if let text = arguments.string("cache-ttl") {
            if let problem = GoDuration.problem(in: text) {
                throw CommandError("unable to parse value provided \(text.goQuoted) as --cache-ttl: \(problem)")
            }
            options.cacheAge = GoDuration.nanoseconds(text)
            if options.cacheAge == 0 { options.usesCache = false }
        }
    }

    /// Where `--log-rusage` reports each step's use of resources: to `--rusage-logfile`, or where steps are shown.
    private static func usageReport(
        _ arguments: ParsedArguments, _ session: Session
    ) throws -> (@Sendable (ResourceUsage) throws -> Void)? {
        let isQuiet = try BuildCommand.isQuiet(arguments, session)
        guard arguments.bool("log-rusage"), !isQuiet else {
            guard !arguments.wasSet("rusage-logfile") || isQuiet else {
                throw CommandError("--rusage-logfile needs --log-rusage")
            }
            return nil
        }
        guard let path = arguments.string("rusage-logfile") else {
            // Standard output may be that of an archive.
            let isFree = try !BuildDelivery(arguments, tags: []).usesStandardOutput
            return { (isFree ? StandardStream.output : .error).write(UsageText.line($0)) }
        }
        try OwnedFD.open(path, O_CREAT | O_TRUNC | O_WRONLY, mode: 0o644).close()
        return { try OwnedFD.open(path, O_WRONLY | O_APPEND).writeAll(Array(UsageText.line($0).utf8)) }
    }

    private static func sourcePolicy(in file: String) throws -> SourcePolicy {
        do {
            return try SourcePolicy(parsing: JSONValue(parsing: Files.readFile(file, limit: 16 << 20)))
        } catch {
            throw CommandError("loading source policy: \(file): \(error)")
        }
    }

    /// Lines of `NAME=VALUE`, except comments.
    private static func lines(of file: String) throws -> [String] {
        let text = String(decoding: try Files.readFile(file, limit: 16 << 20), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).compactMap { line in
            let line = line.drop(while: \.isWhitespace)
            return line.isEmpty || line.hasPrefix("#") ? nil : String(line)
        }
    }

    private static func addContext(
        _ text: String, _ repositories: GitContexts, to options: inout BuildOptions
    ) throws {
        let (name, value) = KeyValueFlag.split(text)
        guard let value, !name.isEmpty, !value.isEmpty else {
            throw CommandError("invalid additional build context \(text.goQuoted): expected NAME=SOURCE")
        }
        let key = NamedContext.canonicalName(name)
        for prefix in ["docker-image://", "container-image://", "docker://"] where value.hasPrefix(prefix) {
            let image = String(value.dropFirst(prefix.count))
            options.contexts[key] = image == "scratch" ? .scratch : .image(image)
            return
        }
        if value.hasPrefix("oci-layout://") {
            options.contexts[key] = .image(try layout(String(value.dropFirst("oci-layout://".count)), name))
            return
        }
        if let directory = try repositories.directory(of: value) {
            options.contexts[key] = .directory(directory.path)
            return
        }
        if value.contains("://") || value.hasPrefix("git@") {
            throw CommandError("--build-context \(name): contexts at URLs are not supported: \(value)")
        }
        if TransportReference(parsing: value) != nil {
            options.contexts[key] = .image(value)
        } else {
            options.contexts[key] = .directory(try HostPath.real(value))
        }
    }

    /// `PATH[:TAG][@DIGEST]` of an image layout as `oci:PATH:@INDEX`. Without a tag, `latest` or the only image.
    private static func layout(_ text: String, _ name: String) throws -> String {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let location = parts[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let path = try HostPath.real(location[0])
        guard !path.contains(":") else {
            throw CommandError("--build-context \(name): the path of an image layout must not contain colons: \(path)")
        }
        guard parts.count > 1 else {
            if location.count > 1 { return "oci:\(path):\(location[1])" }
            let latest = try OCILayoutSource.entries(inLayoutAt: path).first {
                $0.image.annotations?["org.opencontainers.image.ref.name"] == "latest"
            }
            return latest.map { "oci:\(path):@\($0.place)" } ?? "oci:\(path)"
        }
        guard
            let index = try OCILayoutSource.entries(inLayoutAt: path).first(where: {
                $0.image.digest.description == parts[1]
            })?.place
        else {
            throw CommandError("--build-context \(name): \(path) has no image \(parts[1])")
        }
        return "oci:\(path):@\(index)"
    }

    /// `id=NAME[,src=FILE][,env=VARIABLE][,type=file|env]`.
    private static func secret(_ text: String, _ session: Session) throws -> (String, BuildSecret) {
        var fields: [String: String] = [:]
        for field in text.split(separator: ",") {
            let (key, value) = KeyValueFlag.split(String(field))
            guard let value, ["id", "src", "source", "env", "type"].contains(key) else {
                throw CommandError(
                    "invalid secret \(text.goQuoted): incorrect secret flag format: should be --secret id=foo,src=bar[,env=ENV][,type=file|env]"
                )
            }
            fields[key == "source" ? "src" : key] = value
        }
        guard let id = fields["id"], !id.isEmpty else {
            throw CommandError(
                "invalid secret \(text.goQuoted): incorrect secret flag format: should be --secret id=foo,src=bar[,env=ENV][,type=file|env]"
            )
        }
        let name = fields["src"] ?? fields["env"] ?? id
        var type = fields["type"] ?? (fields["env"] != nil ? "env" : fields["src"] != nil ? "file" : nil)
        if type == nil { type = session.environment.environment[name] != nil ? "env" : "file" }
        switch type {
        case "env":
            guard let value = session.environment.environment[name] else {
                throw CommandError("secret \(id): the environment variable \(name) is not set")
            }
            return (id, .value(Array(value.utf8)))
        case "file": return (id, .file(try HostPath.real(name)))
        case let other: throw CommandError("invalid secret type \(other?.goQuoted ?? ""): expected file or env")
        }
    }

    /// Where the keys of `--ssh` are.
    enum KeySource: Equatable {
        /// An agent's socket.
        case socket(String)
        /// Files with private keys.
        case files([String])
    }

    /// `default`, or `ID=SOCKET`, or `ID=KEY[,KEY...]`; without a path, the agent in the environment.
    private static func agent(_ text: String, _ session: Session) throws -> (String, KeySource) {
        let (id, given) = KeyValueFlag.split(text)
        let paths = given?.split(separator: ",").map(String.init) ?? []
        guard let first = paths.first ?? session.environment.value("SSH_AUTH_SOCK"), !first.isEmpty else {
            throw CommandError("--ssh \(text): no agent: SSH_AUTH_SOCK is not set")
        }
        let socket = try HostPath.real(first)
        if try Files.status(socket).kind == .socket {
            guard paths.count <= 1 else { throw CommandError("--ssh \(text): only one socket can be used") }
            return (id, .socket(socket))
        }
        let files = try (paths.isEmpty ? [first] : paths).map { try HostPath.real($0) }
        for file in files where try Files.status(file).kind != .regular {
            throw CommandError("--ssh \(text): \(file) is neither a socket nor a file with a key")
        }
        return (id, .files(files))
    }

    /// Reads `--ssh` and starts an agent for each with files. These end with the returned values.
    static func startKeyAgents(
        _ arguments: ParsedArguments, _ session: Session, into options: inout BuildOptions
    ) throws -> [KeyAgent] {
        var agents: [KeyAgent] = []
        for text in arguments.strings("ssh") {
            let (id, source) = try agent(text, session)
            switch source {
            case .socket(let path): options.agentSockets[id] = path
            case .files(let keys):
                for key in keys { options.secretGate.add("SSH key \(id)", try Files.readFile(key, limit: 1 << 20)) }
                let directory = session.environment.value("TMPDIR") ?? "/tmp"
                let agent = try KeyAgent(keys: keys, temporaryDirectory: directory)
                options.agentSockets[id] = agent.socket
                agents.append(agent)
            }
        }
        return agents
    }

    /// What git needs of this process's environment.
    static func gitEnvironment(_ session: Session) -> [String] {
        let names = ["PATH"] + PredefinedArguments.proxy.sorted()
        return names.compactMap { name in session.environment.environment[name].map { "\(name)=\($0)" } }
    }

    // MARK: Overrides of the image's configuration

    private static func readStageFlags(
        _ arguments: ParsedArguments, _ session: Session, into options: inout BuildOptions
    ) throws {
        options.savesStages = arguments.bool("save-stages")
        options.labelsStages = arguments.bool("stage-labels")
        options.layerLabels = try arguments.strings("layer-label").map { try KeyValueFlag.require($0, "layer-label") }
        guard options.savesStages || !options.labelsStages else {
            throw CommandError("\"--stage-labels\" requires \"--save-stages\"")
        }
        if !options.savesStages, !options.layerLabels.isEmpty {
            session.printError(
                "Warning: --layer-label labels no image: steps make layers, and only --save-stages keeps intermediate "
                    + "images")
        }
    }

    static func readImageFlags(
        _ arguments: ParsedArguments, _ session: Session, into options: inout BuildOptions
    ) throws {
        options.labels = try arguments.strings("label").map { try KeyValueFlag.require($0, "label") }
        options.annotations = try AnnotationFlags.ofImage(arguments)
        for text in arguments.strings("env") {
            let (key, value) = try KeyValueFlag.require(text, "env")
            if text.contains("=") {
                options.environment.append((key, value))
            } else if let own = session.environment.environment[key] {
                options.environment.append((key, own))
            }
        }
        options.unsetEnvironment = arguments.strings("unsetenv")
        options.unsetLabels = arguments.strings("unsetlabel")
        options.unsetAnnotations = arguments.strings("unsetannotation")
        options.annotatesCreation = arguments.bool("created-annotation")
        try readStageFlags(arguments, session, into: &options)
        options.inheritsLabels = arguments.bool("inherit-labels")
        options.inheritsAnnotations = arguments.bool("inherit-annotations")
        options.omitsHistory = arguments.bool("omit-history")
        options.osVersion = arguments.string("os-version")
        options.osFeatures = arguments.strings("os-feature")
        options.firstBase = arguments.string("from")
        if arguments.boolIfGiven("identity-label") ?? (session.calledAs == "buildah") {
            options.identityLabels = [("io.buildah.version", Swiftlet.version)]
            options.identifiesFixedTimes = arguments.wasSet("identity-label")
        }
        let times = try TimeFlags(arguments)
        options.rewritesTimes = arguments.bool("rewrite-timestamp")
        // A build argument takes precedence over the environment.
        if times.isFromEnvironment, options.buildArguments["SOURCE_DATE_EPOCH"] != nil { return }
        options.created = times.created
        // Stages that declare the argument see the value of the flag.
        if times.fixed == nil, let time = times.created, options.buildArguments["SOURCE_DATE_EPOCH"] == nil {
            options.buildArguments["SOURCE_DATE_EPOCH"] = "\(time.seconds)"
        }
        options.fileTime = times.fixed
        options.modification = times.modification
    }
}
