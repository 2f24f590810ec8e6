import CommandLineGrammar
import ContainersConfig
import ImageModel
import Sandbox
import WorkingContainers

/// `--publish` and `--publish-all`: forward ports of the host to a container.
enum PublishFlags {
    static let flags: [Flag] = [
        Flag(
            "publish", short: "p", .stringSlice, placeholder: "[[IP:][HOST]:]CONTAINER[/PROTOCOL]",
            help: "publish a container's port, or a range of ports, to the host"),
        .bool("publish-all", short: "P", help: "publish all exposed ports to random ports of the host"),
    ]

    /// The requested ports, each as `[ADDRESS:]HOST:CONTAINER/PROTOCOL`.
    ///
    /// - Parameter addresses: the host's addresses for ports that specify none; empty: all.
    static func ports(
        _ arguments: ParsedArguments, _ config: ContainerConfig, addresses: [String]
    ) throws -> [String] {
        var ports = try arguments.strings("publish").flatMap { try PortFlag.parse($0) }
        if arguments.bool("publish-all") {
            let named = Set(ports.map(\.container))
            ports += try (config.exposedPorts ?? [:]).keys.sorted().flatMap { try PortFlag.parse($0) }
                .filter { !named.contains($0.container) }
        }
        return ports.flatMap { port in
            guard port.hostAddress.isEmpty, !addresses.isEmpty else { return [port] }
            return addresses.map { address in
                var port = port
                port.hostAddress = address
                return port
            }
        }.map(PortFlag.text)
    }

    /// Adds the ports to the container's network: unless the user has chosen a network, a private one is required.
    static func apply(
        _ ports: [String], _ arguments: ParsedArguments, _ conf: ContainersConf, to confinement: inout StepConfinement
    ) throws {
        guard !ports.isEmpty else { return }
        if !isNetworkChosen(arguments, conf) { confinement.choose(try NetworkFlag.parse("private", conf)) }
        guard case .userMode(var network) = confinement.network else { return }
        network.ports = try ports.flatMap { try PortFlag.parse($0) }
        confinement.choose(.userMode(network))
    }

    /// In a network other than the container's own, its command listens on ports directly.
    static func warnIfDiscarded(
        _ ports: [String], _ arguments: ParsedArguments, _ conf: ContainersConf, _ session: Session
    ) throws {
        guard !ports.isEmpty, isNetworkChosen(arguments, conf) else { return }
        if case .userMode = try NetworkFlag.parse(arguments.string("network"), conf, peer: session.peer) { return }
        session.printError(
            "Warning: port mappings are discarded: the container has the network "
                + "\(arguments.string("network") ?? conf.containers.networkNamespace), not a private one")
    }

    private static func isNetworkChosen(_ arguments: ParsedArguments, _ conf: ContainersConf) -> Bool {
        NetworkFlag.isNamed(arguments.string("network"), conf)
    }
}
