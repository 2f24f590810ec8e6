import CommandLineGrammar
import ContainerLifecycle
import ContainerStore
import ContainersConfig
import ContentDigest
import Glibc
import ImageModel
import JSONText
import LinuxSystem
import Sandbox
import WorkingContainers

extension ContainerInvocation {
    /// The new container's definition: the image's configuration with the overrides of the flags.
    ///
    /// - Parameters:
    ///   - image: nil for a root directory of the caller's.
    ///   - id: the container's id, whose first digits are its host name.
    ///   - name: its name, if known before it is created.
    func definition(
        _ image: StoredImage?, imageName: String, id: String, name: String?, in store: ContainerStore
    ) throws -> ContainerDefinition {
        let config = image?.containerConfig ?? ContainerConfig()
        var definition = ContainerDefinition()
        definition.imageName = imageName
        definition.imageDigest = image?.manifest.digest.description ?? ""
        let entrypoint = try arguments.string("entrypoint").map { try Entrypoint.parse($0) }
        definition.entrypoint = entrypoint ?? config.entrypoint ?? []
        let words = Array(arguments.positionals.dropFirst())
        // An explicit entrypoint discards the image's command.
        definition.command =
            definition.entrypoint + (!words.isEmpty ? words : entrypoint == nil ? config.cmd ?? [] : [])
        guard !definition.command.isEmpty else {
            throw CommandError("no command or entrypoint provided, and no CMD or ENTRYPOINT from image")
        }
        definition.environment = try environment(config)
        definition.workingDirectory = arguments.string("workdir") ?? config.workingDir
        definition.user = arguments.string("user") ?? config.user
        definition.hostname =
            arguments.string("hostname")
            ?? (conf.containers.hostnameIsName ? name.flatMap(HostnameOfName.make) : nil) ?? String(id.prefix(12))
        definition.labels = try labels(config)
        for text in conf.containers.annotations + arguments.strings("annotation") {
            let (key, value) = try KeyValueFlag.require(text, "annotation")
            definition.annotations[key] = value
        }
        definition.hasTerminal = arguments.bool("tty")
        definition.opensInput = arguments.bool("interactive")
        let signal = arguments.string("stop-signal") ?? (config.stopSignal.isEmpty ? nil : config.stopSignal)
        if let signal { definition.stopSignal = try SignalNumber.parse(signal) }
        if let timeout = arguments.int("stop-timeout") ?? conf.engine.stopTimeout {
            definition.stopTimeout = Int64(clamping: timeout)
        }
        definition.removesItself = arguments.bool("rm")
        (definition.mounts, definition.volumes) = try mounts(config, in: store)
        definition.ports = try PublishFlags.ports(
            arguments, config, addresses: conf.network.defaultHostAddresses)
        try PublishFlags.warnIfDiscarded(definition.ports, arguments, conf, session)
        if image == nil { definition.rootDirectory = try HostPath.real(arguments.positionals[0]) }
        definition.supervision = try SupervisionFlags.read(arguments, conf.containers)
        definition.commandLine = session.commandLine
        definition.directory = (try? HostPath.real(".")) ?? "/"
        definition.hostConfiguration = .object(try hostConfiguration(definition))
        return definition
    }

    private func labels(_ config: ContainerConfig) throws -> [String: String] {
        var labels = config.labels ?? [:]
        let lines = try arguments.strings("label-file").flatMap { try EnvironmentFile.read($0) }
        for text in lines + arguments.strings("label") {
            let (key, value) = try KeyValueFlag.require(text, "label")
            labels[key] = value
        }
        return labels
    }

    // MARK: Environment

    /// Later sources win: the host's (`--env-host`), the image's, proxies, `--env-file`, `--env`.
    private func environment(_ config: ContainerConfig) throws -> [String] {
        let host = session.environment.environment
        var variables = EnvironmentList()
        if !arguments.bool("unsetenv-all") {
            variables.set("container", session.calledAs)
            variables.set("TERM", "xterm")
            for entry in conf.containers.env { variables.set(entry) }
            if arguments.boolIfGiven("env-host") ?? conf.containers.envHost {
                for (key, value) in host.sorted(by: { $0.key < $1.key }) { variables.set(key, value) }
            }
            for entry in config.env ?? [] {
                let (key, value) = KeyValueFlag.split(entry)
                variables.set(key, value ?? "")
            }
        }
        if arguments.boolIfGiven("http-proxy") ?? conf.containers.httpProxy {
            for (name, value) in session.proxies.sorted(by: { $0.key < $1.key }) where !variables.has(name) {
                variables.set(name, value)
            }
        }
        for name in arguments.strings("unsetenv") { variables.remove(name) }
        for text in try arguments.strings("env-file").flatMap({ try EnvironmentFile.read($0) })
            + arguments.strings("env")
        {
            let (key, given) = KeyValueFlag.split(text)
            guard !key.isEmpty else { throw CommandError("invalid environment variable: \"\(text)\"") }
            if given == nil, key.hasSuffix("*") {
                for (name, value) in host.sorted(by: { $0.key < $1.key }) where name.hasPrefix(key.dropLast()) {
                    variables.set(name, value)
                }
            } else if let value = given ?? host[key] {
                variables.set(key, value)
            }
        }
        return variables.entries
    }

    // MARK: Mounts

    /// The mounts of the flags, and the mount points of anonymous volumes: `-v /path`, and the image's volumes where
    /// nothing else is mounted.
    private func mounts(
        _ config: ContainerConfig, in store: ContainerStore
    ) throws -> (mounts: [ContainerDefinition.Mount], volumes: [String]) {
        var volumes: [String] = []
        var mounts: [SandboxMount] = []
        var named: [ContainerDefinition.Mount] = []
        for name in arguments.strings("volumes-from") {
            mounts += try self.borrowed(from: name, in: store)
            named += try borrowedVolumes(from: name, in: store)
        }
        let borrowedNamed = named.count
        let borrowed = mounts.count
        for text in arguments.strings("volume") {
            if text.hasPrefix("/"), !text.contains(":") {
                volumes.append(text)
            } else if let volume = try NamedVolumeFlag.parse(text) {
                named.append(volume)
            } else {
                mounts.append(try VolumeFlag.parse(text))
            }
        }
        for text in arguments.strings("mount") {
            if let volume = try NamedVolumeFlag.parse(mount: text) {
                if volume.source.isEmpty { volumes.append(volume.destination) } else { named.append(volume) }
            } else {
                mounts.append(try MountOption.parse(text))
            }
        }
        mounts += try arguments.strings("tmpfs").map { try VolumeFlag.parseTmpfs($0) }
        // The same wish twice is none too many.
        mounts = mounts.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        try refuseDuplicates(
            mounts.dropFirst(min(borrowed, mounts.count)).map(\.destination) + volumes
                + named.dropFirst(borrowedNamed).map(\.destination))
        try addConfigured(&mounts, &volumes)
        let zone = arguments.string("timezone") ?? conf.containers.timezone
        if !zone.isEmpty { mounts.append(try TimeZoneFlag.mount(zone)) }
        let places = config.volumes.map { $0.keys.sorted() } ?? []
        let mode = arguments.wasSet("image-volume") ? "" : conf.engine.imageVolumeMode
        switch mode.isEmpty ? arguments.string("image-volume") : mode {
        case "bind", "anonymous": volumes += places
        case "ignore": break
        case "tmpfs":
            for place in places where !mounts.contains(where: { $0.destination == place }) {
                mounts.append(try VolumeFlag.tmpfs(at: place, options: []))
            }
        case let other: throw CommandError("invalid image volume type \"\(other ?? "")\": use bind, tmpfs or ignore")
        }
        if isReadOnly, arguments.bool("read-only-tmpfs") {
            for place in ["/run", "/tmp", "/var/tmp"] where !mounts.contains(where: { $0.destination == place }) {
                mounts.append(try VolumeFlag.tmpfs(at: place, options: []))
            }
        }
        var seen = Set(mounts.map(\.destination) + named.map(\.destination))
        volumes = volumes.filter { $0.hasPrefix("/") && seen.insert($0).inserted }
        for volume in named where try VolumeStore(store).volume(volume.source) == nil {
            try VolumeStore(store).create(volume.source)
        }
        return (try mounts.map { try ContainerDefinition.Mount($0) } + named, volumes)
    }

    /// Adds the mounts of containers.conf in places that the flags leave free, and its volumes, which `--volume` replaces.
    private func addConfigured(_ mounts: inout [SandboxMount], _ volumes: inout [String]) throws {
        let taken = Set(mounts.map(\.destination) + volumes)
        var configured = try conf.containers.mounts.map { try MountOption.parse($0) }
        for text in arguments.wasSet("volume") ? [] : conf.containers.volumes {
            if text.hasPrefix("/"), !text.contains(":") {
                if !taken.contains(text) { volumes.append(text) }
            } else {
                configured.append(try VolumeFlag.parse(text))
            }
        }
        mounts += configured.filter { !taken.contains($0.destination) }
    }

    /// Two mounts at one place, however that is written, would hide one of them.
    private func refuseDuplicates(_ places: [String]) throws {
        var seen: Set<String> = []
        for place in places where !seen.insert(ContainerPath.absolute(place + "/", from: "/")).inserted {
            throw CommandError("\(place): duplicate mount destination")
        }
    }

    /// The named volumes of another container.
    private func borrowedVolumes(from text: String, in store: ContainerStore) throws -> [ContainerDefinition.Mount] {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let options = parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : []
        return try ManagedContainer(parts.first ?? "", in: store).definition.mounts.filter { $0.type == "volume" }.map {
            ContainerDefinition.Mount(
                type: $0.type, source: $0.source, destination: $0.destination, options: $0.options + options)
        }
    }

    /// The mounts of another container, including its anonymous volumes.
    private func borrowed(from text: String, in store: ContainerStore) throws -> [SandboxMount] {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let options = parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : []
        let container = try ManagedContainer(parts.first ?? "", in: store)
        var mounts = try container.definition.mounts.filter { $0.type == "bind" }.map { mount in
            try SandboxMount(
                type: mount.type, source: mount.source, destination: mount.destination,
                options: mount.options + options)
        }
        for place in container.definition.volumes {
            guard let directory = try container.volumeDirectory(at: place, in: store) else { continue }
            mounts.append(
                try SandboxMount(type: "bind", source: directory, destination: place, options: ["rbind"] + options))
        }
        return mounts
    }
}

extension ContainerDefinition.Mount {
    init(_ mount: SandboxMount) throws {
        switch mount.source {
        case .bind(let path):
            self.init(type: "bind", source: path, destination: mount.destination, options: mount.runtimeOptions)
        case .opened(_, let name): throw CommandError("\(name) has no path that a container could keep")
        case .fileSystem(let type):
            self.init(type: type, source: type, destination: mount.destination, options: mount.runtimeOptions)
        }
    }
}

/// `--env-file` and `--label-file`: an entry on each line, as `--env` takes it; lines that begin with `#` say nothing.
enum EnvironmentFile {
    static func read(_ path: String) throws -> [String] {
        let text = String(decoding: try Files.readFile(path, limit: 1 << 20), as: UTF8.self)
        return text.split(separator: "\n").map { line in
            String(line.drop { $0 == " " || $0 == "\t" })
        }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }
}

/// The host name that a container's name makes (`container_name_as_hostname`).
enum HostnameOfName {
    /// The characters that host names may have, from a letter or digit on; nil if nothing is left.
    static func make(_ name: String) -> String? {
        let allowed = name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-") }
        let hostname = allowed.drop { $0 == "." || $0 == "-" }.prefix(64)
        return hostname.isEmpty ? nil : String(hostname)
    }
}

/// `--timezone`: the host's (`local`), or one of its zones by name.
enum TimeZoneFlag {
    static func mount(_ zone: String) throws -> SandboxMount {
        let file = zone == "local" ? "/etc/localtime" : "/usr/share/zoneinfo/\(zone)"
        guard !zone.split(separator: "/").contains(".."), let path = try? HostPath.real(file),
            (try? Files.status(path).kind) == .regular
        else { throw CommandError("finding timezone \(zone): no such time zone on this host") }
        return .bind(path, at: "/etc/localtime", readOnly: true)
    }
}
