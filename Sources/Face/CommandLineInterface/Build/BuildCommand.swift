import CommandLineGrammar
import ContainerStore
import ContainersConfig
import ImageBuild
import ImageCopy
import ImageModel
import ImageTransports
import LinuxSystem
import ManifestLists
import Sandbox
import WorkingContainers

/// `build`, also `bud`: builds an image from a Dockerfile.
enum BuildCommand: Command {
    static let grammar = CommandGrammar(
        "build", aliases: ["bud", "build-using-dockerfile"],
        summary: "Build an image using instructions in a Containerfile",
        usage: "build [options] CONTEXT",
        flags: ownFlags + imageFlags + workFlags + PlatformFlags.several + TimeFlags.flags + SharedFlags.registry
            + ConfinementFlags.flags + refusedFlags, arguments: .atMost(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        if session.calledAs == "buildah", arguments.wasSet("rm") || arguments.wasSet("force-rm"),
            !arguments.wasSet("layers"), !arguments.wasSet("no-cache")
        {
            throw CommandError("'rm' and 'force-rm' can only be set with either 'layers' or 'no-cache'")
        }
        guard arguments.bool("rm") else {
            throw CommandError("--rm=false: builds leave no containers to keep")
        }
        guard arguments.bool("disable-compression") else {
            throw CommandError("--disable-compression=false only applies to destinations outside the store")
        }
        if let jobs = arguments.int("jobs"), jobs < 0 {
            throw CommandError("error building: invalid value for jobs.  It must be a positive integer")
        }
        let list = try arguments.string("manifest").flatMap { try StoredName.qualified($0) }
        let export = try arguments.string("output").map { try BuildExport(parsing: $0) }
        var (options, targets, files) = try options(arguments, session)
        // A context from standard input exists as long as this.
        defer { withExtendedLifetime(files) {} }
        if let call = try BuildCall(arguments) {
            options.platform = try PlatformFlags.wanted(arguments).first ?? Platform.host
            return try call.run(options, session)
        }
        if export?.usesStandardOutput == true { options.showsOutput = false }
        if let file = arguments.string("logfile") {
            let platform = try PlatformFlags.wanted(arguments).first ?? Platform.host
            let suffix = arguments.bool("logsplit") ? "_\(platform.os)_\(platform.architecture)" : ""
            try StandardStream.redirectAll(to: file + suffix)
        }
        let bundle = try RuntimeChoice.makeBundle(of: options.isolation)
        defer { if let bundle { try? Files.removeTree(bundle) } }
        let store = try session.openStore(mounts: true)
        let quiet = arguments.bool("quiet")
        let rendering = ProgressRendering(steps: nil, copies: quiet ? nil : .error)
        options.remoteFiles = WebFiles(
            try RegistryFlags.access(arguments, session, store: store), report: rendering.handler)
        options.gitEnvironment = BuildInputs.gitEnvironment(session)
        let platforms = try platforms(arguments, options, store, session)
        if let file = arguments.string("iidfile"), platforms.count > 1 {
            throw CommandError(
                "building multiple images, but iidfile \"\(file)\" can only be used to store one image ID")
        }
        if let file = arguments.string("iidfile") {
            options.announce = try OutputFile.textWriter(file) { "sha256:\($0)" }
        }
        options.requestsPlatform = try platforms.count > 1 || !PlatformFlags.wanted(arguments).isEmpty
        // A name can only be that of all images together.
        let names = platforms.count > 1 && list == nil ? options.names : []
        if !names.isEmpty { options.names = [] }
        var built: [(image: ImageRecord, platform: Platform?)] = []
        for platform in platforms {
            options.platform = platform
            let prefix = platforms.count > 1 ? "[\(platform)] " : ""
            let output = platforms.count > 1 ? try export?.forOne(of: platform) : export
            let image = try build(options, prefix: prefix, deliver: (output, targets), arguments, store, session)
            built.append((image, platform))
        }
        if let list { try ManifestList.add(built, toListNamed: list, in: store) }
        if !names.isEmpty {
            let id = try ManifestList.create(named: names, of: built, in: store)
            if !arguments.bool("quiet") { for name in names { session.printLine("Successfully tagged \(name)") } }
            session.printLine(id)
        }
        return 0
    }

    /// The platforms to build for: the requested ones, those of the base images, or the host's.
    private static func platforms(
        _ arguments: ParsedArguments, _ options: BuildOptions, _ store: ContainerStore, _ session: Session
    ) throws -> [Platform] {
        let wanted = try PlatformFlags.wanted(arguments)
        guard arguments.bool("all-platforms") else { return wanted.isEmpty ? [Platform.host] : wanted }
        let places = try ListImageLocator(arguments, store, session)
        return try BasePlatforms(store: store, places: places).common(to: ImageBuilder.baseImages(options))
    }

    /// Builds for one platform, copies the image to any other destinations, and reports the result.
    private static func build(
        _ options: BuildOptions, prefix: String, deliver: (export: BuildExport?, targets: [String]),
        _ arguments: ParsedArguments, _ store: ContainerStore, _ session: Session
    ) throws -> ImageRecord {
        let toOutput = deliver.export?.usesStandardOutput == true
        let quiet = arguments.bool("quiet") || toOutput
        var rendering = ProgressRendering(steps: quiet ? nil : .output, copies: quiet ? nil : .error)
        rendering.stepPrefix = prefix
        let registries = try RegistryFlags.access(arguments, session, store: store)
        let images = StoreImages(
            store, registries, calledAs: session.calledAs,
            admission: try SignaturePolicyFlag.admission(arguments, session), report: rendering.handler)
        let result = try ImageBuilder(options, store: store, images: images, report: rendering.handler).build()
        for target in deliver.targets {
            try ImagePush(from: store, report: rendering.handler).push(
                result.image, to: ImageLocationResolver.destination(target, registries))
        }
        try deliver.export?.write(result.image, from: store)
        if !quiet {
            if !options.makesLayers { try rendering.tellOfCopy(result.manifest) }
            session.printLine("--> \(result.image.id.prefix(12))")
            for name in options.names { session.printLine("Successfully tagged \(name)") }
        }
        if !toOutput, arguments.string("iidfile") == nil { session.printLine(result.image.id) }
        return result.image
    }

    /// - Returns: the options, and the names that are destinations outside the store.
    private static func options(
        _ arguments: ParsedArguments, _ session: Session
    ) throws -> (BuildOptions, targets: [String], files: BuildFiles) {
        let files = try BuildFiles.find(
            context: arguments.positionals.first, files: arguments.strings("file"),
            ignoreFile: arguments.string("ignorefile"),
            preprocessorFlags: arguments.strings("cpp-flag") + preprocessorFlags(session),
            temporary: session.environment.value("TMPDIR") ?? "/var/tmp")
        for warning in files.warnings { session.printError(warning) }
        let conf = try session.containersConf()
        var options = BuildOptions(dockerfile: files.dockerfile)
        options.contextDirectory = files.context
        options.ignoreFile = files.ignoreFile
        try BuildInputs.read(arguments, session, conf, into: &options)
        if arguments.boolIfGiven("http-proxy") ?? conf.containers.httpProxy { options.proxies = session.proxies }
        options.showsOutput = !arguments.bool("quiet")
        options.target = arguments.string("target")
        options.makesChecks = session.calledAs != "buildah" && session.calledAs != "podman"
        if arguments.bool("no-cache") { options.usesCache = false }
        options.makesLayers = arguments.boolIfGiven("layers") ?? (session.calledAs != "buildah")
        options.squashes = arguments.bool("squash") || arguments.bool("squash-all")
        options.pullPolicy = try pullPolicy(arguments)
        options.format = try ImageFormat(flag: arguments.string("format") ?? conf.engine.imageDefaultFormat)
        let tags = arguments.strings("tag")
        func isElsewhere(_ tag: String) -> Bool {
            TransportReference(parsing: tag).map { $0.transport != .containersStorage } ?? false
        }
        options.names = try tags.filter { !isElsewhere($0) }.compactMap { try StoredName.qualified($0) }
        options.announcedName = tags.first
        try BuildInputs.readImageFlags(arguments, session, into: &options)
        options.defaultEnvironment = conf.containers.env
        options.step = try ConfinementFlags.read(arguments, conf)
        options.isolation = try RuntimeChoice.isolation(arguments, conf, bundle: "/var/tmp/swiftlet-build")
        NamespaceFlags.warnOfSharing(options.isolation, arguments, session)
        return (options, tags.filter(isElsewhere), files)
    }

    /// The flags from `$BUILDAH_CPPFLAGS` for the preprocessor.
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
        guard !key.isEmpty else { throw CommandError("invalid --\(flag) \"\(text)\": missing key") }
        return (key, value ?? "")
    }
}
