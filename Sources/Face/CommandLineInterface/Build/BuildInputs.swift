import BuildGraph
import CommandLineGrammar
import ContainersConfig
import DockerfileSyntax
import Glibc
import ImageBuild
import ImageModel
import JSONText
import LinuxSystem
import Sandbox

/// The flags of `build` for what the commands of the build see, and for overriding the image's configuration.
enum BuildInputs {
    // MARK: Inputs of commands

    static func read(
        _ arguments: ParsedArguments, _ session: Session, _ conf: ContainersConf, _ remote: RemoteContexts,
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
        // The related tools do not look for leaks: their scripts get a warning.
        let isStandIn = session.calledAs == "buildah" || session.calledAs == "podman"
        options.secretGate = SecretGate(allowsLeaks: arguments.boolIfGiven("allow-secret-leaks") ?? isStandIn)
        options.secrets = try secrets(arguments, session)
        for text in arguments.strings("ssh") {
            let (id, source) = try agent(text, session)
            if case .socket(let path) = source { options.agentSockets[id] = path }
        }
        options.sourcePolicy = try sourcePolicy(arguments)
        for text in arguments.strings("build-context") { try NamedContexts(remote).add(text, to: &options) }
        options.commandMounts = arguments.strings("mount")
        options.reportsUsage = try usageReport(arguments, session)
        let volumes = arguments.wasSet("volume") ? arguments.strings("volume") : conf.containers.volumes
        options.mounts = try volumes.map { try VolumeFlag.parse($0) }
        options.passesInput = arguments.bool("stdin")
        options.skipsUnusedStages = arguments.bool("skip-unused-stages")
        if arguments.bool("compat-volumes") {
            throw CommandError("--compat-volumes is not supported: commands may change files in volumes")
        }
        try UserNamespaceFlag.check(arguments)
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

    private static func secrets(_ arguments: ParsedArguments, _ session: Session) throws -> [String: BuildSecret] {
        var secrets: [String: BuildSecret] = [:]
        for text in arguments.strings("secret") {
            let (id, secret) = try secret(text, session)
            secrets[id] = secret
        }
        return secrets
    }

    /// The access to sources that are elsewhere, without an agent.
    static func sources(_ arguments: ParsedArguments, _ session: Session) throws -> SourceAccess {
        SourceAccess(
            policy: try sourcePolicy(arguments), secrets: try secrets(arguments, session),
            environment: gitEnvironment(session))
    }

    private static func sourcePolicy(_ arguments: ParsedArguments) throws -> SourcePolicy? {
        guard let file = arguments.string("source-policy-file") else { return nil }
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
    static func agent(_ text: String, _ session: Session) throws -> (String, KeySource) {
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

    /// What git needs of this process's environment. See `GitRepository` for HOME.
    static func gitEnvironment(_ session: Session) -> [String] {
        let names = ["PATH", "HOME"] + PredefinedArguments.proxy.sorted()
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
