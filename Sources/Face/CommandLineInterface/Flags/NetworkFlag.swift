import ContainersConfig
import Glibc
import LinuxSystem
import Sandbox
import WorkingContainers

/// `--network`, in the syntax of Buildah and Podman.
enum NetworkFlag {
    static let help =
        "the network that commands see: private (the default), host, none, pasta[:OPTIONS], slirp4netns[:OPTIONS], "
        + "ns:PATH or, for container run, container:NAME"

    /// Selects the network with that name. If neither the flag nor containers.conf specifies one, it is a private one,
    /// or the host's on a machine that cannot provide one.
    static func choose(
        _ text: String?, _ conf: ContainersConf, peer: Int32? = nil, for confinement: inout StepConfinement
    ) throws {
        confinement.networkNotice = SharedNetworkNotice { reason in
            StandardStream.error.write(
                "Warning: using the host's network: \(reason); --network host does so without this warning\n")
        }
        if isNamed(text, conf) {
            confinement.choose(try parse(text, conf, peer: peer))
        } else {
            switch try standard(conf) {
            case .success(let network): confinement.choose(.userMode(network))
            case .failure(let obstacle): confinement.shareNetwork(because: obstacle.reason)
            }
        }
    }

    /// The reason why there is no private network.
    struct Obstacle: Error {
        let reason: String
    }

    /// The default network of commands, if this machine supports it.
    static func standard(_ conf: ContainersConf) throws -> Result<UserModeNetwork, Obstacle> {
        guard var network = try installed(conf) else {
            return .failure(Obstacle(reason: "a private one needs \(missingPrograms)"))
        }
        if let problem = TunnelDevice.problem {
            return .failure(Obstacle(reason: "a private one needs \(TunnelDevice.path), \(problem)"))
        }
        network.isOptional = true
        return .success(network)
    }

    private static let missingPrograms = "pasta (package passt) or slirp4netns, which are not installed"

    /// Whether the flag or the configuration specifies a network.
    static func isNamed(_ text: String?, _ conf: ContainersConf) -> Bool {
        guard let text, !text.isEmpty else { return !["", "default"].contains(conf.containers.networkNamespace) }
        return text != "default"
    }

    /// The network with that name; nil or empty: the one in containers.conf, otherwise a private one.
    ///
    /// - Parameter peer: a process of the container meant by `container:NAME` (``PeerContainer``); nil: none was
    ///   joined.
    static func parse(_ text: String?, _ conf: ContainersConf, peer: Int32? = nil) throws -> SandboxNetwork {
        let given = text.flatMap { $0.isEmpty ? nil : $0 }
        let mode = given ?? (conf.containers.networkNamespace.isEmpty ? "private" : conf.containers.networkNamespace)
        let parts = mode.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let options = parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : []
        switch (parts[0], parts.count) {
        case ("host", 1): return .host
        case ("none", 1): return .none
        case ("private", 1), ("bridge", 1), ("default", 1), ("container", 1): return .userMode(try preferred(conf))
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
                "unable to find network with name or ID \(mode): network not found (there are no named networks: use "
                    + "host, none, private, pasta, slirp4netns or ns:PATH)")
        }
    }

    private static func namespaceFile(_ path: String) throws -> String {
        guard Files.exists(path) else { throw CommandError("--network ns:\(path): there is no such file") }
        return path
    }

    private static func pasta(_ conf: ContainersConf, _ options: [String]) throws -> UserModeNetwork {
        try program(.pasta, conf, conf.network.pastaOptions + options)
    }

    private static func preferred(_ conf: ContainersConf) throws -> UserModeNetwork {
        guard let network = try installed(conf) else {
            throw CommandError(
                "a private network needs \(missingPrograms); --network host and --network none need nothing")
        }
        return network
    }

    /// The program specified in containers.conf, otherwise an installed one; nil: there is none.
    private static func installed(_ conf: ContainersConf) throws -> UserModeNetwork? {
        let named = conf.network.defaultRootlessNetworkCommand
        guard named.isEmpty || named == "pasta" || named == "slirp4netns" else {
            throw CommandError("default_rootless_network_cmd \"\(named)\": use pasta or slirp4netns")
        }
        if named != "slirp4netns", find(.pasta, conf) != nil { return try pasta(conf, []) }
        if named != "pasta", find(.slirp4netns, conf) != nil {
            return try program(.slirp4netns, conf, conf.engine.networkCommandOptions)
        }
        return nil
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
