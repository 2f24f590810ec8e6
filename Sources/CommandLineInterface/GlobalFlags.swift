import CommandLineGrammar

/// The flags that every command takes: where the store is, and how it is driven.
struct GlobalFlags: Sendable {
    var root: String?
    var runRoot: String?
    var storageDriver: String?
    var storageOptions: [String]
    var logLevel: String
    /// An OCI runtime that runs containers instead of this tool itself, and its own flags.
    var runtime: String?
    var runtimeFlags: [String]

    static let flags: [Flag] = [
        .string("root", "string", help: "storage root dir"),
        .string("runroot", "string", help: "storage state dir"),
        .string("storage-driver", short: nil, "string", help: "storage-driver: overlay or vfs"),
        Flag("storage-opt", .stringArray, placeholder: "string", help: "storage driver option"),
        .string("log-level", "string", default: "warn", help: "log messages above specified level"),
        .refused("userns-uid-map", "ranges of its own are not supported: the store's mapping is used"),
        .refused("userns-gid-map", "ranges of its own are not supported: the store's mapping is used"),
        .refused("cgroup-manager", "control groups are not used"),
        .refused("remote", short: "r", "there is no remote service"),
        .refused("url", "there is no remote service"),
    ]

    /// Reads those flags that the face has.
    init(_ arguments: ParsedArguments) {
        func string(_ name: String) -> String? { arguments.declares(name) ? arguments.string(name) : nil }
        root = string("root")
        runRoot = string("runroot")
        storageDriver = string("storage-driver")
        storageOptions = arguments.declares("storage-opt") ? arguments.strings("storage-opt") : []
        logLevel = string("log-level") ?? "warn"
        runtime = string("runtime")
        runtimeFlags = arguments.declares("runtime-flag") ? arguments.strings("runtime-flag") : []
    }
}
