/// The container's own network namespace, connected to the host's network by an unprivileged program.
package struct UserModeNetwork: Sendable, Equatable {
    /// The supported programs.
    package enum Program: String, Sendable {
        /// passt.top: the namespace has the host's addresses.
        case pasta
        /// The namespace has its own addresses, 10.0.2.100 by default.
        case slirp4netns
    }

    /// A host port forwarded to a container port.
    package struct Port: Sendable, Equatable {
        /// A transport protocol.
        package enum TransportProtocol: String, Sendable {
            case tcp, udp
        }

        /// The host address to listen on; empty for all of them.
        package var hostAddress: String
        /// The two ports, neither 0.
        package var host, container: UInt16
        package var transport: TransportProtocol

        /// Creates a port mapping.
        package init(hostAddress: String = "", host: UInt16, container: UInt16, transport: TransportProtocol = .tcp) {
            self.hostAddress = hostAddress
            self.host = host
            self.container = container
            self.transport = transport
        }
    }

    /// The program, and its path.
    package var program: Program
    package var path: String
    /// Additional options by the user: for pasta verbatim arguments, for slirp4netns `name=value` in Podman's format.
    package var options: [String]
    /// The forwarded ports.
    package var ports: [Port] = []
    /// Whether it was not explicitly requested, so that the host's network is used if it is not available.
    package var isOptional = false
    /// An existing directory for the namespace's file, visible only in this process's mount namespace.
    package var directory = ""
    /// Whether the host's name servers are reached through ``nameServer``.
    package var forwardsNames = false
    /// The addresses by which host and container reach each other, unless given by options.
    package var addresses = Addresses()

    /// A network using the program at this path.
    package init(_ program: Program, path: String, options: [String] = []) {
        self.program = program
        self.path = path
        self.options = options
    }

    /// The address at which the program answers DNS queries: slirp4netns always, pasta with ``forwardsNames``.
    package var nameServer: String {
        switch program {
        case .pasta: value(of: ["--dns-forward"]) ?? "169.254.1.1"
        case .slirp4netns: "\(slirpPrefix).3"
        }
    }

    /// The container's own IPv4 address; nil if it has the host's.
    package var ownAddress: String? {
        switch program {
        case .pasta: value(of: ["-a", "--address"]) ?? addresses.container
        case .slirp4netns: "\(slirpPrefix).100"
        }
    }

    /// The address at which the container reaches the host; nil if it would only reach itself.
    package var hostAddress: String? {
        if program == .slirp4netns { return addresses.host }
        if let given = value(of: ["--map-guest-addr"]) { return given == "none" ? nil : given }
        return addresses.mapped ?? (ownAddress == nil ? nil : addresses.host)
    }

    /// The first three octets of slirp4netns's network, a /24 by default.
    private var slirpPrefix: String {
        let range = options.last { $0.hasPrefix("cidr=") }?.dropFirst("cidr=".count) ?? "10.0.2.0/24"
        return range.split(separator: "/")[0].split(separator: ".").prefix(3).joined(separator: ".")
    }

    /// The last value of any of these options of pasta given by the user.
    private func value(of names: Set<String>) -> String? {
        for (index, option) in options.enumerated().reversed() {
            if names.contains(option), index + 1 < options.count { return options[index + 1] }
            if let name = names.first(where: { option.hasPrefix($0 + "=") && $0.hasPrefix("--") }) {
                return String(option.dropFirst(name.count + 1))
            }
        }
        return nil
    }
}
