import CommandLineGrammar

/// The flags that every command takes: where the store is, and how it is driven.
struct GlobalFlags: Sendable {
    var root: String?
    var runRoot: String?
    var storageDriver: String?
    var storageOptions: [String]
    var logLevel: String

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

    init(_ arguments: ParsedArguments) {
        root = arguments.string("root")
        runRoot = arguments.string("runroot")
        storageDriver = arguments.string("storage-driver")
        storageOptions = arguments.strings("storage-opt")
        logLevel = arguments.string("log-level") ?? "warn"
    }
}
