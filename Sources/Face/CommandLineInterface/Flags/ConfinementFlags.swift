import CommandLineGrammar
import ContainersConfig
import Sandbox
import WorkingContainers

/// The confinement flags of commands that run something.
enum ConfinementFlags {
    static let flags: [Flag] = own + NamespaceFlags.flags + ResourceFlags.flags

    private static let own: [Flag] = [
        Flag("cap-add", .stringSlice, help: "add the specified capability when running"),
        Flag("cap-drop", .stringSlice, help: "drop the specified capability when running"),
        Flag("security-opt", .stringArray, help: "security options"),
        Flag("add-host", .stringSlice, placeholder: "HOST[;HOST...]:IP", help: "add a custom host-to-IP mapping"),
        Flag("dns", .stringSlice, help: "set custom DNS servers or disable it by setting it to 'none'"),
        Flag("dns-search", .stringSlice, help: "set custom DNS search domains"),
        Flag("dns-option", .stringSlice, aliases: ["dns-opt"], help: "set custom DNS options"),
        Flag("ulimit", .stringSlice, help: "ulimit options"),
        .string("network", "mode", aliases: ["net"], help: NetworkFlag.help),
        .string("shm-size", "bytes", help: "size of '/dev/shm'"),
    ]

    /// - Parameter peer: a process of the container to join with `--network container:NAME`; nil: not supported.
    static func read(
        _ arguments: ParsedArguments, _ conf: ContainersConf, peer: Int32? = nil
    ) throws -> StepConfinement {
        var confinement = StepConfinement(conf)
        confinement.addCapabilities = arguments.strings("cap-add")
        confinement.dropCapabilities = arguments.strings("cap-drop")
        confinement.setSecurity(arguments.strings("security-opt"), conf)
        confinement.addHosts = arguments.strings("add-host")
        for entry in confinement.addHosts { _ = try HostEntry(flag: entry) }
        if arguments.wasSet("dns") { confinement.dnsServers = try dnsServers(arguments) }
        if arguments.wasSet("dns-search") { confinement.dnsSearches = arguments.strings("dns-search") }
        if arguments.wasSet("dns-option") { confinement.dnsOptions = arguments.strings("dns-option") }
        if arguments.wasSet("ulimit") { confinement.addLimits(arguments.strings("ulimit")) }
        if let size = arguments.string("shm-size") { confinement.shmSize = try ByteCount.parse(size) }
        try NetworkFlag.choose(arguments.string("network"), conf, peer: peer, for: &confinement)
        try NamespaceFlags.read(arguments, conf, into: &confinement)
        confinement.controls = try ResourceFlags.read(arguments)
        return confinement
    }

    private static func dnsServers(_ arguments: ParsedArguments) throws -> [String] {
        let servers = arguments.strings("dns")
        for server in servers where server != "none" && !HostEntry.isAddress(server) {
            throw CommandError("\(server) is not an ip address")
        }
        return servers
    }
}

/// Sizes in the syntax of flags: `64m`, `1g`, `512`.
enum ByteCount {
    static func parse(_ text: String) throws -> UInt64 {
        let units: [Character: UInt64] = ["b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30]
        let unit = text.lowercased().last.flatMap { units[$0] }
        let digits = unit == nil ? text : String(text.dropLast())
        guard let number = UInt64(digits) else { throw CommandError("invalid size \"\(text)\"") }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
        guard !overflow else { throw CommandError("invalid size \"\(text)\"") }
        return bytes
    }
}

extension StepConfinement {
    /// The defaults of containers.conf, for what neither flags nor a container's settings specify.
    init(_ conf: ContainersConf) {
        self.init()
        defaultCapabilities = conf.containers.defaultCapabilities
        dnsServers = conf.containers.dnsServers
        dnsSearches = conf.containers.dnsSearches
        dnsOptions = conf.containers.dnsOptions
        addLimits(conf.containers.defaultUlimits)
        shmSize = UInt64(clamping: conf.containers.shmSize)
        copiedMounts = conf.defaultMounts.entries.map {
            CopiedMount(source: $0.source, destination: $0.destination)
        }
        umask = conf.containers.umask
        baseHostsFile = conf.containers.baseHostsFile
        hostAddress = conf.containers.hostContainersInternalIP
        sysctls = conf.containers.defaultSysctls.map { text in
            let (name, value) = KeyValueFlag.split(text)
            return (name, value ?? "")
        }
    }

    /// Adds `--ulimit` values, each of which replaces an earlier one of that name. `host` means the host's limits, which
    /// a container inherits anyway.
    mutating func addLimits(_ limits: [String]) {
        for limit in limits where limit != "host" {
            resourceLimits.removeAll { KeyValueFlag.split($0).key == KeyValueFlag.split(limit).key }
            resourceLimits.append(limit)
        }
    }

    /// Applies `--security-opt` values; without a seccomp profile among them, the configured one is used.
    mutating func setSecurity(_ options: [String], _ conf: ContainersConf) {
        securityOptions = options
        if !conf.containers.seccompProfile.isEmpty, !options.contains(where: { $0.hasPrefix("seccomp=") }) {
            securityOptions.append("seccomp=\(conf.containers.seccompProfile)")
        }
    }
}
