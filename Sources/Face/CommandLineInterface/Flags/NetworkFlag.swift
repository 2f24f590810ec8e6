import ContainersConfig
import Glibc
import LinuxSystem
import Sandbox

/// `--network`, in the words of Buildah and Podman.
enum NetworkFlag {
    static let help =
        "the network that commands see: host, none, private, pasta[:OPTIONS], slirp4netns[:OPTIONS], ns:PATH or, "
        + "for container run, container:NAME"

    /// The network of that name; nil or empty: as containers.conf says, else the host's.
    ///
    /// - Parameter peer: a process of the container that `container:NAME` means (``PeerContainer``); nil: none was joined.
    static func parse(_ text: String?, _ conf: ContainersConf, peer: Int32? = nil) throws -> SandboxNetwork {
        let given = text.flatMap { $0.isEmpty ? nil : $0 }
        let mode = given ?? (conf.containers.networkNamespace.isEmpty ? "host" : conf.containers.networkNamespace)
        let parts = mode.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let options = parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : []
        switch (parts[0], parts.count) {
        case ("host", 1): return .host
        case ("none", 1): return .none
        case ("private", 1), ("bridge", 1), ("default", 1): return .userMode(try preferred(conf))
        case ("pasta", _): return .userMode(try pasta(conf, options))
        case ("slirp4netns", _):
            return .userMode(try program(.slirp4netns, conf, conf.engine.networkCommandOptions + options))
        case ("ns", 2): return .path(try namespaceFile(parts[1]))
        case ("container", 2):
            guard let peer else {
                throw CommandError("--network \(mode): only \"container run\" can share a container's network")
            }
            return .path(try namespaceFile("/proc/\(peer)/ns/net"))
        default:
            if mode.hasPrefix("/") { return .path(try namespaceFile(mode)) }
            throw CommandError(
                "--network \(mode): named networks are not supported: use host, none, private, pasta, slirp4netns or "
                    + "ns:PATH")
        }
    }

    /// Whether a word means one of the networks above.
    static func check(_ text: String, _ conf: ContainersConf) throws {
        let kind = text.split(separator: ":").first ?? ""
        // What connects it need not be installed before it is used.
        if ["private", "bridge", "default", "pasta", "slirp4netns"].contains(kind) { return }
        _ = try parse(text, conf)
    }

    private static func namespaceFile(_ path: String) throws -> String {
        guard Files.exists(path) else { throw CommandError("--network ns:\(path): there is no such file") }
        return path
    }

    private static func pasta(_ conf: ContainersConf, _ options: [String]) throws -> UserModeNetwork {
        try program(.pasta, conf, conf.network.pastaOptions + options)
    }

    /// The program that containers.conf names, else the one that is installed.
    private static func preferred(_ conf: ContainersConf) throws -> UserModeNetwork {
        switch conf.network.defaultRootlessNetworkCommand {
        case "pasta": return try pasta(conf, [])
        case "slirp4netns": return try program(.slirp4netns, conf, conf.engine.networkCommandOptions)
        case "": break
        case let other: throw CommandError("default_rootless_network_cmd \"\(other)\": use pasta or slirp4netns")
        }
        if find(.pasta, conf) != nil { return try pasta(conf, []) }
        if find(.slirp4netns, conf) != nil {
            return try program(.slirp4netns, conf, conf.engine.networkCommandOptions)
        }
        throw CommandError(
            "a private network needs pasta (package passt) or slirp4netns, and neither is installed; "
                + "--network host and --network none need nothing")
    }

    private static func program(
        _ program: UserModeNetwork.Program, _ conf: ContainersConf, _ options: [String]
    ) throws -> UserModeNetwork {
        guard let path = find(program, conf) else {
            let package = program == .pasta ? "passt" : "slirp4netns"
            throw CommandError("--network \(program.rawValue): the program is not installed (package \(package))")
        }
        return UserModeNetwork(program, path: path, options: options)
    }

    private static func find(_ program: UserModeNetwork.Program, _ conf: ContainersConf) -> String? {
        if program == .slirp4netns, !conf.engine.networkCommandPath.isEmpty { return conf.engine.networkCommandPath }
        let directories = conf.engine.helperBinariesDir + RuntimeChoice.directories
        return directories.map { "\($0)/\(program.rawValue)" }.first { access($0, X_OK) == 0 }
    }
}
