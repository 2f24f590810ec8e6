import CommandLineGrammar
import ContainersConfig

/// The flags of every command: the location and driver of the store.
struct GlobalFlags: Sendable {
    var root: String?
    var runRoot: String?
    var storageDriver: String?
    var storageOptions: [String]
    /// An external OCI runtime that replaces the built-in one, and its flags.
    var runtime: String?
    var runtimeFlags: [String]
    /// Replacements for this machine's configuration files.
    var registriesConf: String?
    var registriesConfDirectory: String?
    var shortNameAliases: String?
    /// Modules of containers.conf.
    var modules: [String]
    /// Replaces `mounts.conf`.
    var defaultMountsFile: String?
    /// Whether records of containers are lost in a reboot; nil: as in storage.conf.
    var isTransient: Bool?
    /// Whether debug records are shown.
    var isDebugging = false

    static let flags: [Flag] = [
        .string("root", "string", help: "storage root dir"),
        .string("runroot", "string", help: "storage state dir"),
        .string("storage-driver", short: nil, "string", help: "storage-driver: overlay or vfs"),
        Flag("storage-opt", .stringArray, placeholder: "string", help: "storage driver option"),
        .string(
            "log-level", "string", default: "warn",
            help: "log messages above specified level; debug: also requests, locks, cache decisions and mounts"),
        .string("registries-conf", "string", help: "path to registries.conf file (not usually used)"),
        .string("registries-conf-dir", "string", help: "path to registries.conf.d directory (not usually used)"),
        .string("short-name-alias-conf", "string", help: "path to short name alias cache file (not usually used)"),
        .string("cgroup-manager", "string", help: "cgroup manager: cgroupfs"),
        .bool("transient-store", help: "keep the records of containers in the storage state dir"),
        .string("default-mounts-file", "file", hidden: true, help: "path to default mounts file"),
        .refused("imagestore", "a separate image store is not supported: use additionalimagestores of storage.conf"),
        .refused("userns-uid-map", "custom ranges are not supported: the store's mapping is used"),
        .refused("userns-gid-map", "custom ranges are not supported: the store's mapping is used"),
        .refused("remote", short: "r", "there is no remote service"),
        .refused("url", "there is no remote service"),
    ]

    /// Parses the flags that the face declares.
    init(_ arguments: ParsedArguments) throws {
        func string(_ name: String) -> String? { arguments.declares(name) ? arguments.string(name) : nil }
        root = string("root")
        runRoot = string("runroot")
        storageDriver = string("storage-driver")
        storageOptions = arguments.declares("storage-opt") ? arguments.strings("storage-opt") : []
        runtime = string("runtime")
        runtimeFlags = arguments.declares("runtime-flag") ? arguments.strings("runtime-flag") : []
        registriesConf = string("registries-conf")
        registriesConfDirectory = string("registries-conf-dir")
        shortNameAliases = string("short-name-alias-conf")
        defaultMountsFile = string("default-mounts-file")
        modules = arguments.declares("module") ? arguments.strings("module") : []
        isTransient = arguments.declares("transient-store") ? arguments.boolIfGiven("transient-store") : nil
        if arguments.declares("remote"), arguments.bool("remote") {
            throw CommandError("--remote is not supported: there is no remote service")
        }
        let level = string("log-level") ?? "warn"
        guard GlobalFlags.logLevels.contains(level.lowercased()) else {
            throw CommandError("unable to parse log level: not a valid logrus Level: \"\(level)\"")
        }
        // `info --debug` is something else.
        let isSkopeos = arguments.declares("debug") && arguments.command.name != "info" && arguments.bool("debug")
        isDebugging = ["debug", "trace"].contains(level.lowercased()) || isSkopeos
        if let manager = string("cgroup-manager"), manager != "cgroupfs" {
            throw CommandError("--cgroup-manager \(manager) is not supported: only cgroupfs is")
        }
    }

    /// The flags that select the store, for another process of this tool.
    var storeArguments: [String] {
        func flag(_ name: String, _ value: String?) -> [String] { value.map { ["--\(name)", $0] } ?? [] }
        return flag("root", root) + flag("runroot", runRoot) + flag("storage-driver", storageDriver)
            + storageOptions.flatMap { flag("storage-opt", $0) }
            + (isTransient.map { ["--transient-store=\($0)"] } ?? [])
    }

    /// The flags that decide how a container is run, for another process of this tool.
    var processArguments: [String] {
        (runtime.map { ["--runtime", $0] } ?? []) + runtimeFlags.flatMap { ["--runtime-flag", $0] }
            + modules.flatMap { ["--module", $0] } + (defaultMountsFile.map { ["--default-mounts-file", $0] } ?? [])
            + (isDebugging ? ["--log-level", "debug"] : [])
    }

    /// `--module`, which Buildah and Skopeo do not have.
    static let module = Flag(
        "module", .stringArray, placeholder: "file", help: "read a module of containers.conf, by name or absolute path")

    private static let logLevels: Set<String> = [
        "trace", "debug", "info", "warn", "warning", "error", "fatal", "panic",
    ]

    /// The environment with the files specified by the flags.
    func applied(to environment: ConfigEnvironment) -> ConfigEnvironment {
        var environment = environment
        environment.registriesConf = registriesConf
        environment.registriesConfDirectory = registriesConfDirectory
        environment.shortNameAliases = shortNameAliases
        environment.modules = modules
        return environment
    }
}
