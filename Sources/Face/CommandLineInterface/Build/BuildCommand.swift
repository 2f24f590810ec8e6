import CommandLineGrammar
import ContainerStore
import ContainersConfig
import ImageBuild
import ImageCopy
import ImageLayers
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
        flags: ownFlags + imageFlags + workFlags + PlatformFlags.several + TimeFlags.flags + SigningFlags.flags
            + SharedFlags.fetching
            + ConfinementFlags.flags + BuildDelivery.flags + attestationFlags + refusedFlags + SharedFlags.refusedScans
            + CacheLimitFlags.build,
        flagsFirst: true, arguments: .atMost(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        if session.calledAs == "buildah", arguments.wasSet("rm") || arguments.wasSet("force-rm"),
            !arguments.wasSet("layers"), !arguments.wasSet("no-cache")
        {
            throw CommandError("'rm' and 'force-rm' can only be set with either 'layers' or 'no-cache'")
        }
        if arguments.string("network") == "none",
            let flag = ["dns", "dns-option", "dns-search"].first(where: arguments.wasSet)
        {
            throw CommandError("the --\(flag) option cannot be used with --network=none")
        }
        guard arguments.bool("rm") else {
            throw CommandError("--rm=false: builds leave no containers to keep")
        }
        let attestations = try AttestationFlags(arguments)
        if let jobs = arguments.int("jobs"), jobs < 0 {
            throw CommandError("error building: invalid value for jobs.  It must be a positive integer")
        }
        let caches = try BuildCacheTransfers(
            arguments, session, makesLayers: makesLayers(arguments, session))
        let list = try arguments.string("manifest").flatMap { try StoredName.qualified($0) }
        var delivery = try BuildDelivery(arguments, tags: arguments.strings("tag"))
        try delivery.prepareSigner(arguments)
        if !attestations.isEmpty { delivery.papers = PaperWriter(flags: attestations, arguments: arguments) }
        let agents = KeyAgents(arguments, session)
        defer { agents.discard() }
        let remote = RemoteContexts(arguments, session, agents)
        defer { remote.discard() }
        var options = try options(arguments, remote, session, delivery)
        try delivery.checkAttestations(options.format)
        if let call = try BuildCall(arguments) {
            options.platform = try PlatformFlags.wanted(arguments).first ?? Platform.host
            return try call.run(options, session)
        }
        if let file = arguments.string("logfile"), !arguments.bool("logsplit") {
            try StandardStream.redirectAll(to: file)
        }
        let bundle = try RuntimeChoice.makeBundle(of: options.isolation)
        defer { if let bundle { try? Files.removeTree(bundle) } }
        let store = try session.openStore(mounts: true)
        let progress = try BuildProgress(
            try .chosen(arguments, session), isOutputTaken: delivery.usesStandardOutput, session)
        defer { progress.finish() }
        options.stepOutput = progress.mode.route(arguments)
        options.failureShell = try BuildProgressMode.failureShell(arguments)
        if delivery.usesStandardOutput, progress.mode != .json { options.showsOutput = false }
        let registries = try RegistryFlags.access(arguments, session, store: store)
        options.remoteFiles = WebFiles(registries, report: progress.handler())
        options.stepCache = try caches.steps(
            of: store, maximumAge: options.cacheAge, registries,
            admission: try SignaturePolicyFlag.admission(arguments, session), report: progress.handler())
        options.gitEnvironment = BuildInputs.gitEnvironment(session)
        options.agentSockets = try agents.start(options.secretGate)
        let platforms = try platforms(arguments, options, store, session)
        try delivery.checkSeveral(platforms.count, arguments)
        options.announce = try BuildDelivery.announcement(arguments)
        return try build(for: platforms, options, delivery, list: list, progress, arguments, store, session) { images in
            try caches.write(options.stepCache, images: images, from: store, registries, report: progress.handler())
        }
    }

    /// Builds for each of these platforms, and puts the images together.
    ///
    /// - Parameters:
    ///   - list: the list to add them to.
    ///   - finish: called with the images once all are built.
    private static func build(
        for platforms: [Platform], _ options: BuildOptions, _ delivery: BuildDelivery, list: String?,
        _ progress: BuildProgress, _ arguments: ParsedArguments, _ store: ContainerStore, _ session: Session,
        finish: ([ImageRecord]) throws -> Void
    ) throws -> Int32 {
        var options = options
        let indexNotes = try AnnotationFlags.ofIndex(arguments)
        options.requestsPlatform = try platforms.count > 1 || !PlatformFlags.wanted(arguments).isEmpty
        // A name can only be that of all images together, with what is attested of them.
        let isAttested = delivery.papers != nil
        let names = (platforms.count > 1 || isAttested) && list == nil ? options.names : []
        guard indexNotes.isEmpty || list != nil || !names.isEmpty else {
            throw CommandError("--annotation index:\(indexNotes[0].key): the build makes no index: add --manifest")
        }
        if !names.isEmpty { options.names = [] }
        var results: [(result: ImageBuilder.Result, platform: Platform, papers: [BuildPaper])] = []
        var attested: [ManifestList] = []
        for platform in platforms {
            options.platform = platform
            if let file = arguments.string("logfile"), arguments.bool("logsplit") {
                try StandardStream.redirectAll(to: "\(file)_\(platform.os)_\(platform.architecture)")
            }
            let (result, image) = try build(
                options, delivery, names: names, isOneOfSeveral: platforms.count > 1, progress,
                arguments, store, session)
            results.append((result, platform, image?.papers ?? []))
            if let image { attested.append(image.list) }
        }
        try finish(results.map(\.result.image))
        if platforms.count > 1 {
            try delivery.sendTogether(results, from: store, temporary: temporaryDirectory(session))
        }
        progress.finish()
        let built = results.map { (image: $0.result.image, platform: Optional($0.platform)) }
        let annotations = Dictionary(indexNotes) { $1 }
        if let list {
            try ManifestList.add(built, toListNamed: list, attested: attested, annotations: annotations, in: store)
        } else if isAttested {
            var all = try ManifestList(names: names, of: built, annotations: annotations, in: store)
            for other in attested { all.add(contentsOf: other) }
            // Without a name or another place, they are found by the image.
            if !names.isEmpty || delivery.isOnlyInStore { try all.createReplacing(in: store) }
            guard platforms.count > 1, !names.isEmpty, !delivery.usesStandardOutput else { return 0 }
            if progress.showsLines { for name in names { session.printLine("Successfully tagged \(name)") } }
            session.printLine(all.id)
        } else if !names.isEmpty {
            let id = try ManifestList.create(named: names, of: built, annotations: annotations, in: store)
            guard !delivery.usesStandardOutput else { return 0 }
            if progress.showsLines { for name in names { session.printLine("Successfully tagged \(name)") } }
            session.printLine(id)
        }
        return 0
    }

    /// Called as `buildah`, a build makes layers only if it is told to.
    private static func makesLayers(_ arguments: ParsedArguments, _ session: Session) -> Bool {
        arguments.boolIfGiven("layers") ?? (session.calledAs != "buildah")
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
        _ options: BuildOptions, _ delivery: BuildDelivery, names: [String], isOneOfSeveral: Bool,
        _ progress: BuildProgress, _ arguments: ParsedArguments, _ store: ContainerStore, _ session: Session
    ) throws -> (ImageBuilder.Result, AttestedImage?) {
        let toOutput = delivery.usesStandardOutput
        let report = progress.handler(isOneOfSeveral ? options.platform : nil)
        let registries = try RegistryFlags.access(arguments, session, store: store) { [gate = options.secretGate] in
            for secret in $0.secrets { gate.add("credentials of a registry", Array(secret.utf8)) }
        }
        let images = StoreImages(
            store, registries, calledAs: session.calledAs,
            admission: try SignaturePolicyFlag.admission(arguments, session),
            decryption: try EncryptionFlags.decryption(arguments), report: report)
        var options = options
        let recorder = try delivery.papers.map { papers in
            let inventory = papers.flags.listsPackages ? try InventoryRequest(options) : nil
            return BuildRecorder(inventory: inventory, store: store)
        }
        if let recorder { options.observes = recorder.note }
        let provided: any BaseImageProvider = recorder.map { RecordedImages(images, $0) } ?? images
        let allowed: any BaseImageProvider = options.sourcePolicy.map { PolicedImages(provided, $0) } ?? provided
        let result = try ImageBuilder(options, store: store, images: allowed, report: report).build()
        let tags = isOneOfSeveral || names.isEmpty ? options.names : names
        var attested: AttestedImage?
        if let papers = delivery.papers, let recorder {
            let written = try papers.papers(
                about: result, options, recorder, in: store, warn: session.printError)
            attested = try AttestedImage(
                result, options.platform, written, names: names.isEmpty ? options.names : names, in: store)
        }
        try delivery.send(
            result, attested, names: tags, platform: isOneOfSeveral ? options.platform : nil, from: store, registries,
            temporary: temporaryDirectory(session), report: report)
        if let file = arguments.string("metadata-file") {
            let provenance = attested?.papers.first { $0.file == "provenance.json" }?.predicate
            try OutputFile.write(
                BuildDelivery.metadata(
                    result.image.id, attested?.list.serialized ?? result.manifest, names: tags, provenance: provenance),
                to: file)
        }
        if !isOneOfSeveral { progress.finish() }
        if progress.showsLines {
            if !options.makesLayers, progress.mode == .plain { try progress.rendering().tellOfCopy(result.manifest) }
            session.printLine("--> \(result.image.id.prefix(12))")
            for name in tags { session.printLine("Successfully tagged \(name)") }
        }
        if !toOutput, arguments.string("iidfile") == nil, arguments.string("iidfile-raw") == nil {
            session.printLine(result.image.id)
        }
        return (result, attested)
    }

    /// Whether steps and copies are not shown.
    static func isQuiet(_ arguments: ParsedArguments, _ session: Session) throws -> Bool {
        try BuildProgressMode.requested(arguments, session) == .quiet
    }

    private static func options(
        _ arguments: ParsedArguments, _ remote: RemoteContexts, _ session: Session, _ delivery: BuildDelivery
    ) throws -> BuildOptions {
        let context = arguments.positionals.first
        let files = try BuildFiles.find(
            context: context, remote, files: arguments.strings("file"),
            ignoreFile: arguments.string("ignorefile"),
            preprocessorFlags: arguments.strings("cpp-flag") + preprocessorFlags(session))
        for warning in files.warnings { session.printError(warning) }
        let conf = try session.containersConf()
        try conf.checkSupported(for: .steps)
        var options = BuildOptions(dockerfile: files.dockerfile)
        options.contextDirectory = files.context
        options.contextTime = files.time
        options.ignoreFile = files.ignoreFile
        try BuildInputs.read(arguments, session, conf, remote, into: &options)
        if arguments.boolIfGiven("http-proxy") ?? conf.containers.httpProxy { options.proxies = session.proxies }
        options.showsOutput = try !isQuiet(arguments, session)
        options.target = arguments.string("target")
        options.jobs = jobs(arguments, session)
        options.makesChecks =
            session.calledAs != "buildah" && session.calledAs != "podman" && options.showsOutput
        options.checkRules = arguments.strings("check-rules")
        options.makesChecks = options.makesChecks || !options.checkRules.isEmpty
        if arguments.bool("no-cache") { (options.usesCache, options.renewsCacheMounts) = (false, true) }
        options.uncachedStages = Set(arguments.strings("no-cache-filter").map { $0.lowercased() })
        options.makesLayers = makesLayers(arguments, session)
        if arguments.wasSet("squash"), arguments.wasSet("squash-all") {
            throw CommandError("cannot specify --squash-all with --squash")
        }
        options.squashes = arguments.bool("squash") || arguments.bool("squash-all")
        options.pullPolicy = try pullPolicy(arguments)
        options.format = try ImageFormat(flag: arguments.string("format") ?? conf.engine.imageDefaultFormat)
        let tags = arguments.strings("tag")
        let names = tags.filter { !delivery.targets.contains($0) } + delivery.additionalNames
        options.names = try names.compactMap { tag in
            do {
                return try StoredName.qualified(tag)
            } catch let error as ReferenceError {
                throw CommandError("tag \(tag): \(error.reason)")
            }
        }
        options.announcedName = tags.first
        try BuildInputs.readImageFlags(arguments, session, into: &options)
        options.defaultEnvironment = conf.containers.env
        options.step = try ConfinementFlags.read(arguments, conf)
        options.entitlements = try BuildEntitlements(arguments.strings("allow"))
        options.devices = DescribedBuildDevices(directories: DescribedDevices.directories(arguments, conf))
        options.restrictsNetwork = arguments.wasSet("network") && options.step.network != .host
        options.additionalGroups = try GroupFlag.groups(arguments)
        options.isolation = try RuntimeChoice.isolation(arguments, conf, bundle: "/var/tmp/swiftlet-build")
        try NamespaceFlags.checkSharing(options.isolation, arguments, session, isStrict: true)
        if delivery.outputs.contains(where: \.rewritesTimes) {
            options.rewritesTimes = true
            if options.modification == .own, let time = options.created { options.modification = .atMost(time) }
        }
        return options
    }

    /// How many steps run at the same time. Buildah and Podman run one, unless more are asked for.
    private static func jobs(_ arguments: ParsedArguments, _ session: Session) -> Int {
        if let jobs = arguments.int("jobs") { return jobs == 0 ? .max : Int(clamping: jobs) }
        return ["buildah", "podman"].contains(session.calledAs) ? 1 : WorkerPool.processorCount
    }

    static func temporaryDirectory(_ session: Session) -> String {
        session.environment.value("TMPDIR") ?? "/var/tmp"
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
