import CommandLineGrammar
import ContainerStore
import ContainersConfig
import ImageBuild
import ImageCopy
import ImageModel
import LinuxSystem
import ManifestLists
import Sandbox
import WorkingContainers

/// `build`, also `bud`: an image from a Dockerfile.
enum BuildCommand: Command {
    static let grammar = CommandGrammar(
        "build", aliases: ["bud", "build-using-dockerfile"],
        summary: "Build an image using instructions in a Containerfile",
        usage: "build [options] CONTEXT",
        flags: ownFlags + PlatformFlags.several + SharedFlags.registry + ConfinementFlags.flags,
        arguments: .atMost(1))

    private static let ownFlags: [Flag] = [
        Flag("tag", short: "t", .stringArray, placeholder: "name", help: "tagged name to apply to the built image"),
        Flag(
            "file", short: "f", .stringArray, placeholder: "pathname",
            help: "pathname of the Containerfile; - reads standard input"),
        Flag("build-arg", .stringArray, placeholder: "argument=value", help: "argument=value to supply to the builder"),
        .string("target", "stage", help: "set the target build stage to build"),
        .bool("no-cache", help: "do not use existing cached images for the container build"),
        .bool(
            "layers", default: true, environment: "BUILDAH_LAYERS",
            help: "make a layer for each step that changes files"),
        Flag(
            "pull", .optionalString(noOptDefault: "true"),
            help: "when to fetch base images: always, missing, never, newer"),
        .bool("pull-always", help: "fetch base images even if they are present"),
        .bool("pull-never", help: "never fetch base images"),
        .string("iidfile", "file", help: "file to write the image ID to"),
        .bool("quiet", short: "q", help: "refrain from announcing build instructions and image read/write progress"),
        Flag("label", .stringArray, placeholder: "key=value", help: "set metadata for an image"),
        Flag("annotation", .stringArray, placeholder: "key=value", help: "set metadata for an image's manifest"),
        .string(
            "timestamp", "seconds",
            help: "set created timestamp to the specified epoch seconds to allow for deterministic builds"),
        .bool("squash", help: "squash all image layers into a single layer"),
        .string(
            "format", short: nil, "oci|docker", environment: "BUILDAH_FORMAT",
            help: "format of the built image's manifest and metadata"),
        .string("ignorefile", "file", help: "path to an alternate .dockerignore file"),
        .bool("all-platforms", help: "build for all platforms that the base images are there for"),
        .string("manifest", "listname", help: "add the image to the specified manifest list, made if it is missing"),
        Flag(
            "jobs", .int, placeholder: "N", default: "1",
            help: "how many stages may run at the same time: they run one after the other, whatever the number"),
        .bool("http-proxy", default: true, help: "pass through HTTP proxy environment variables"),
        .bool(
            "rm", default: true, help: "remove intermediate containers after a successful build: there are none to keep"
        ),
        .bool("force-rm", default: true, help: "always remove intermediate containers: there are none to keep"),
        .string(
            "isolation", "type", environment: "BUILDAH_ISOLATION",
            help: "type of process isolation to use: built-in or chroot"),
        Flag("cpp-flag", .stringArray, help: "set additional flag to pass to C preprocessor (cpp)"),
        .refused("secret", "secrets are not supported yet"),
        .refused("ssh", "SSH forwarding is not supported yet"),
        .refused("volume", short: "v", "volumes during a build are not supported yet"),
        .refused("device", "devices during a build are not supported yet"),
        .refused("env", "--env is not supported yet: use ENV"),
        .refused("build-context", "additional build contexts are not supported yet"),
        .refused("cache-from", "remote caches are not supported yet"),
        .refused("cache-to", "remote caches are not supported yet"),
        .refused("sign-by", "signing is not supported"),
        .refused("runtime", "external runtimes are not supported yet"),
    ]

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard arguments.bool("rm"), arguments.bool("force-rm") else {
            throw CommandError("--rm=false: steps leave no containers that could be kept")
        }
        if let jobs = arguments.int("jobs"), jobs < 0 {
            throw CommandError("error building: invalid value for jobs.  It must be a positive integer")
        }
        let list = try arguments.string("manifest").flatMap { try StoredName.qualified($0) }
        var options = try options(arguments, session)
        let store = try session.openStore(mounts: true)
        let platforms = try platforms(arguments, options, store, session)
        if let file = arguments.string("iidfile"), platforms.count > 1 {
            throw CommandError(
                "building multiple images, but iidfile \"\(file)\" can only be used to store one image ID")
        }
        var built: [(image: ImageRecord, platform: Platform?)] = []
        for platform in platforms {
            options.platform = platform
            let prefix = platforms.count > 1 ? "[\(platform)] " : ""
            built.append((try build(options, prefix: prefix, arguments, store, session), platform))
        }
        if let list { try ManifestList.add(built, toListNamed: list, in: store) }
        return 0
    }

    /// The platforms to build for: those asked for, those of the base images, or this machine's.
    private static func platforms(
        _ arguments: ParsedArguments, _ options: BuildOptions, _ store: ContainerStore, _ session: Session
    ) throws -> [Platform] {
        let wanted = try PlatformFlags.wanted(arguments)
        guard arguments.bool("all-platforms") else { return wanted.isEmpty ? [Platform.host] : wanted }
        let places = try ManifestPlaces(arguments, store, session)
        return try BasePlatforms(store: store, places: places).common(to: ImageBuilder.baseImages(options))
    }

    /// Builds for one platform, and says what came of it.
    private static func build(
        _ options: BuildOptions, prefix: String, _ arguments: ParsedArguments, _ store: ContainerStore,
        _ session: Session
    ) throws -> ImageRecord {
        let quiet = arguments.bool("quiet")
        var rendering = ProgressRendering(steps: quiet ? nil : .output, copies: quiet ? nil : .error)
        rendering.stepPrefix = prefix
        let images = StoreImages(
            store, try RegistryFlags.access(arguments, session, store: store), calledAs: session.calledAs,
            report: rendering.handler)
        let result = try ImageBuilder(options, store: store, images: images, report: rendering.handler).build()
        if !quiet {
            session.printLine("--> \(result.image.id.prefix(12))")
            for name in options.names { session.printLine("Successfully tagged \(name)") }
        }
        if let file = arguments.string("iidfile") { try OutputFile.write("sha256:\(result.image.id)", to: file) }
        session.printLine(result.image.id)
        return result.image
    }

    private static func options(_ arguments: ParsedArguments, _ session: Session) throws -> BuildOptions {
        let files = try BuildFiles.find(
            context: arguments.positionals.first, files: arguments.strings("file"),
            ignoreFile: arguments.string("ignorefile"),
            preprocessorFlags: arguments.strings("cpp-flag") + preprocessorFlags(session))
        let conf = try session.containersConf()
        var options = BuildOptions(dockerfile: files.dockerfile)
        options.contextDirectory = files.context
        options.ignoreFile = files.ignoreFile
        for text in arguments.strings("build-arg") {
            let (key, value) = KeyValueFlag.split(text)
            // A name alone takes its value from the environment, if it is there.
            if let value = value ?? session.environment.environment[key] { options.buildArguments[key] = value }
        }
        if arguments.boolIfGiven("http-proxy") ?? conf.containers.httpProxy { options.proxies = session.proxies }
        options.showsOutput = !arguments.bool("quiet")
        options.target = arguments.string("target")
        options.usesCache = !arguments.bool("no-cache")
        options.makesLayers = arguments.boolIfGiven("layers") ?? (session.calledAs != "buildah")
        options.squashes = arguments.bool("squash")
        options.pullPolicy = try pullPolicy(arguments)
        options.labels = try arguments.strings("label").map { try KeyValueFlag.require($0, "label") }
        options.annotations = try arguments.strings("annotation").map { try KeyValueFlag.require($0, "annotation") }
        if let text = arguments.string("timestamp") {
            guard let seconds = Int64(text) else {
                throw CommandError("--timestamp takes seconds since 1970, not \"\(text)\"")
            }
            options.timestamp = seconds
        }
        options.format = try ImageFormat(flag: arguments.string("format") ?? conf.engine.imageDefaultFormat)
        options.names = try arguments.strings("tag").map { try LocalNames.qualified($0) }
        options.step = try ConfinementFlags.read(arguments, conf)
        options.isolation = try Isolation.parse(arguments) == .chroot ? .chroot : .builtIn
        return options
    }

    /// What `$BUILDAH_CPPFLAGS` adds to every call of the preprocessor.
    private static func preprocessorFlags(_ session: Session) -> [String] {
        (session.environment.value("BUILDAH_CPPFLAGS") ?? "").split(separator: " ").map(String.init)
    }

    private static func pullPolicy(_ arguments: ParsedArguments) throws -> BuildOptions.PullPolicy {
        if arguments.bool("pull-always") { return .always }
        if arguments.bool("pull-never") { return .never }
        return try BuildOptions.PullPolicy(flag: arguments.string("pull"))
    }

}

/// `KEY=VALUE` flags.
enum KeyValueFlag {
    static func split(_ text: String) -> (key: String, value: String?) {
        guard let equals = text.firstIndex(of: "=") else { return (text, nil) }
        return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }

    static func require(_ text: String, _ flag: String) throws -> (key: String, value: String) {
        let (key, value) = split(text)
        guard !key.isEmpty else { throw CommandError("invalid --\(flag) \"\(text)\": the key is missing") }
        return (key, value ?? "")
    }
}
