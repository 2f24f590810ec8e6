import CommandLineGrammar
import ContainerLifecycle
import ContainersConfig
import LinuxSystem

/// The flags of `container run` and `container create` about containers that run in the background.
enum SupervisionFlags {
    static let flags: [Flag] = [
        .bool("detach", short: "d", help: "run container in background and print container ID"),
        .string("detach-keys", help: "override the key sequence for detaching a container"),
        .bool("sig-proxy", default: true, help: "proxy received signals to the process"),
        .string("log-driver", "driver", help: "logging driver: k8s-file, json-file, passthrough or none"),
        Flag("log-opt", .stringArray, help: "logging driver options: max-size=SIZE, path=FILE"),
        .string("restart", "policy", help: "restart policy: no, always, unless-stopped, on-failure[:COUNT]"),
    ]

    static func read(
        _ arguments: ParsedArguments, _ conf: ContainersConf.Containers
    ) throws -> ContainerDefinition.Supervision {
        var settings = ContainerDefinition.Supervision()
        if ["json-file", "passthrough", "none"].contains(conf.logDriver) { settings.logDriver = conf.logDriver }
        if let size = conf.logSizeMax, size > 0 { settings.logLimit = size }
        switch arguments.string("log-driver") {
        case nil, "": break
        case "k8s-file"?: settings.logDriver = "k8s-file"
        case let driver? where ["json-file", "passthrough", "none"].contains(driver): settings.logDriver = driver
        case "journald"?:
            throw CommandError("--log-driver journald is not supported: use k8s-file, json-file, passthrough or none")
        case let other?: throw CommandError("running container create option: invalid log driver \(other)")
        }
        for text in arguments.strings("log-opt") {
            let (name, value) = KeyValueFlag.split(text)
            switch name {
            case "max-size":
                guard let size = ByteSize.parse(value ?? "") else {
                    throw CommandError("--log-opt \(text): invalid size")
                }
                settings.logLimit = size > 0 ? size : nil
            case "path":
                guard let value, !value.isEmpty else { throw CommandError("--log-opt \(text): it needs a path") }
                settings.logPath = value.hasPrefix("/") ? value : try HostPath.real(".") + "/" + value
            default:
                throw CommandError("--log-opt \(name) is not supported: use max-size or path")
            }
        }
        if let keys = arguments.string("detach-keys") {
            _ = try DetachKeys(keys)
            settings.detachKeys = keys
        }
        try readRestart(arguments, into: &settings)
        return settings
    }

    private static func readRestart(
        _ arguments: ParsedArguments, into settings: inout ContainerDefinition.Supervision
    ) throws {
        let text = arguments.string("restart") ?? ""
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        switch parts.first ?? "" {
        case "", "no", "never": break
        case let policy where ["always", "unless-stopped", "on-failure"].contains(policy):
            settings.restartPolicy = policy
        default: throw CommandError("invalid restart policy \"\(text)\"")
        }
        if parts.count == 2 {
            guard settings.restartPolicy == "on-failure", let count = Int(parts[1]), count >= 0 else {
                throw CommandError("restart policy \"\(text)\": only on-failure takes a number of retries")
            }
            settings.restartLimit = count
        }
        if settings.restartPolicy != "no", arguments.bool("rm") {
            throw CommandError(
                "the --rm option conflicts with --restart, when the restartPolicy is not \"\" and \"no\"")
        }
    }
}

/// Sizes like `10m`, `1gb` or `4096`, with the units of 1024.
enum ByteSize {
    static func parse(_ text: String) -> Int64? {
        let lowered = text.lowercased()
        let digits = lowered.prefix { $0.isNumber || $0 == "." }
        guard let number = Double(digits), number >= 0 else { return nil }
        let factor: Double
        switch lowered.dropFirst(digits.count).drop(while: { $0 == " " }) {
        case "", "b": factor = 1
        case "k", "kb", "kib": factor = 0x1p10
        case "m", "mb", "mib": factor = 0x1p20
        case "g", "gb", "gib": factor = 0x1p30
        case "t", "tb", "tib": factor = 0x1p40
        default: return nil
        }
        return Int64(exactly: (number * factor).rounded())
    }
}
