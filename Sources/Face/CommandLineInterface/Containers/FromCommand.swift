import CommandLineGrammar
import ContainerStore
import ContainersConfig
import ImageBuild
import ImageModel
import ImageTransports
import Sandbox
import WorkingContainers

/// `from`: creates a working container from an image, or from scratch.
enum FromCommand: Command {
    static let grammar = CommandGrammar(
        "from", summary: "Create a working container based on an image", usage: "from [options] IMAGE",
        flags: ownFlags + PlatformFlags.one + SharedFlags.fetching + ConfinementFlags.flags, flagsFirst: true)

    private static let ownFlags: [Flag] = [
        .string("name", "name", help: "name for the working container"),
        .string("suffix", "suffix", hidden: true, help: "replaces -working-container in the container's name"),
        .string("cidfile", "file", help: "write the container ID to the file"),
        Flag(
            "pull", .optionalString(noOptDefault: "always"),
            help: "when to fetch the image: always, missing, never, newer"),
        .bool("pull-always", help: "fetch the image even if it is present"),
        .bool("pull-never", help: "never fetch the image"),
        .bool("quiet", short: "q", help: "don't output progress information when pulling images"),
        .string("isolation", "type", environment: "BUILDAH_ISOLATION", help: "type of process isolation to use"),
        Flag("volume", short: "v", .stringArray, help: "bind mount a volume into the container"),
        SharedFlags.format, SignaturePolicyFlag.flag, GroupFlag.flag,
        .bool("http-proxy", default: true, help: "pass the host's proxy environment variables to commands"),
        .refused("hooks-dir", "hooks of OCI runtimes are not supported"),
        UserNamespaceFlag.flag,
        .refused("userns-uid-map-user", "the store's id mapping is always used"),
        .refused("userns-gid-map-group", "the store's id mapping is always used"),
    ]

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard let typed = arguments.positionals.first else {
            throw CommandError("an image name (or \"scratch\") must be specified")
        }
        guard arguments.positionals.count == 1 else { throw CommandError("too many arguments specified") }
        try UserNamespaceFlag.check(arguments)
        let name = inStore(typed)
        let conf = try session.containersConf()
        var request = WorkingContainer.Request()
        request.name = arguments.string("name")
        if let suffix = arguments.string("suffix"), !suffix.isEmpty { request.suffix = suffix }
        request.format = try ImageFormat(flag: arguments.string("format") ?? conf.engine.imageDefaultFormat)
        request.settings = try settings(arguments, conf)
        let store = try session.openStore()
        if name != typed, try store.image(name) == nil {
            throw CommandError("initializing source \(typed): \(name): image not known: identifier is not an image")
        }
        if name == "scratch" {
            if let platform = try PlatformFlags.wanted(arguments).first { request.platform = platform }
        } else {
            let image = try image(name, arguments, store, session)
            request.image = image
            request.imageName = try imageName(name, image.record, store)
        }
        let container = try create(request, in: store)
        if let file = arguments.string("cidfile") { try OutputFile.write(container.id, to: file) }
        session.printLine(container.name)
        return 0
    }

    /// `containers-storage:` without a store means the default one; references to other stores are unchanged.
    private static func inStore(_ name: String) -> String {
        guard name.hasPrefix("containers-storage:") else { return name }
        let rest = String(name.dropFirst("containers-storage:".count))
        return rest.hasPrefix("[") || rest.isEmpty ? name : rest
    }

    private static func create(
        _ request: WorkingContainer.Request, in store: ContainerStore
    ) throws -> WorkingContainer {
        do {
            return try WorkingContainer.create(request, in: store)
        } catch let error as StoreError where error.kind == .exists {
            throw CommandError("creating container: \(error)")
        }
    }

    private static func image(
        _ name: String, _ arguments: ParsedArguments, _ store: ContainerStore, _ session: Session
    ) throws -> StoredImage {
        let policy: BuildOptions.PullPolicy =
            arguments.bool("pull-always")
            ? .always
            : arguments.bool("pull-never") ? .never : try BuildOptions.PullPolicy(flag: arguments.string("pull"))
        let rendering = ProgressRendering(steps: nil, copies: arguments.bool("quiet") ? nil : .error)
        let images = try StoreImages(store, arguments, session, report: rendering.handler)
        return try images.baseImage(name, policy: policy, platform: try PlatformFlags.wanted(arguments).first)
    }

    /// The name of the image that the user means, otherwise what the user typed: for a file, the transport.
    private static func imageName(_ typed: String, _ record: ImageRecord, _ store: ContainerStore) throws -> String {
        // An image in a list may have no name of its own.
        let list = record.names.isEmpty ? try store.findImage(typed)?.name : nil
        return BaseImageName.chosen(for: typed, among: record.names) ?? list
            ?? TransportReference(parsing: typed)?.transport.rawValue ?? record.id
    }

    private static func settings(
        _ arguments: ParsedArguments, _ conf: ContainersConf
    ) throws -> WorkingContainer.RunSettings {
        let confinement = try ConfinementFlags.read(arguments, conf)
        var settings = WorkingContainer.RunSettings()
        let base = try confinement.defaultCapabilities.map { try CapabilitySet.union(of: $0) } ?? .standard
        settings.capabilities = try CapabilitySet.resolve(
            add: confinement.addCapabilities, drop: confinement.dropCapabilities, base: base
        ).capabilityNames.sorted()
        settings.securityOptions = try kept(arguments.strings("security-opt"))
        settings.namespaces = confinement.namespaces
        let described = try DescribedDevices(arguments.strings("device"), arguments, conf)
        settings.devices = described.devices
        settings.additionalGroups = try GroupFlag.groups(arguments)
        settings.noHosts = arguments.bool("no-hosts")
        settings.controls = confinement.controls
        settings.network = arguments.string("network") ?? ""
        settings.isolation = try Isolation.parse(arguments)
        settings.addHosts = confinement.addHosts
        settings.dnsServers = confinement.dnsServers
        settings.dnsSearches = confinement.dnsSearches
        settings.dnsOptions = confinement.dnsOptions
        settings.resourceLimits = confinement.resourceLimits
        settings.shmSize = "\(confinement.shmSize / 1024)k"
        settings.passesProxies = arguments.bool("http-proxy")
        settings.volumes = arguments.wasSet("volume") ? arguments.strings("volume") : conf.containers.volumes
        settings.volumes += try described.storedMounts()
        for volume in settings.volumes { _ = try RunVolumeFlag.parse(volume) }
        return settings
    }
}

extension FromCommand {
    /// The security options, all of which must be storable with the container.
    private static func kept(_ options: [String]) throws -> [String] {
        _ = try SecurityOptions.parse(options)
        for option in options where option.hasPrefix("mask=") || option.hasPrefix("unmask=") {
            throw CommandError(
                "--security-opt \(option) cannot be stored with a container: use it with build or container run")
        }
        return options
    }
}

/// `--isolation`.
enum Isolation {
    /// The isolation from the flag or `BUILDAH_ISOLATION`. Buildah's names are mapped to swiftlet's isolations.
    static func parse(_ arguments: ParsedArguments) throws -> WorkingContainer.Isolation {
        switch arguments.string("isolation") {
        case nil, "", "built-in", "default": return .standard
        case "rootless": return .rootless
        case "oci": return .oci
        case "chroot": return .chroot
        case let other?: throw CommandError("unrecognized isolation type \"\(other)\"")
        }
    }
}
