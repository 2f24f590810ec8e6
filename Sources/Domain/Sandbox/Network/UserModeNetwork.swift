/// A network namespace of the container's own, which a program without privileges connects with the host's network.
package struct UserModeNetwork: Sendable, Equatable {
    /// The programs of this kind.
    package enum Program: String, Sendable {
        /// passt.top: the namespace has the host's addresses.
        case pasta
        /// The namespace has addresses of its own, 10.0.2.100 unless said otherwise.
        case slirp4netns
    }

    /// A port of the host that leads to one of the container.
    package struct Port: Sendable, Equatable {
        /// A transport protocol.
        package enum TransportProtocol: String, Sendable {
            case tcp, udp
        }

        /// The host's address to listen on; empty for all of them.
        package var hostAddress: String
        /// The two ports, neither 0.
        package var host, container: UInt16
        package var transport: TransportProtocol

        /// A port.
        package init(hostAddress: String = "", host: UInt16, container: UInt16, transport: TransportProtocol = .tcp) {
            self.hostAddress = hostAddress
            self.host = host
            self.container = container
            self.transport = transport
        }
    }

    /// Which program it is, and its path.
    package var program: Program
    package var path: String
    /// What the user adds: for pasta arguments as they are, for slirp4netns `name=value` as Podman has them.
    package var options: [String]
    /// What the host's ports lead to.
    package var ports: [Port] = []
    /// Whether nobody has asked for it, so that the host's network does where this one cannot be had.
    package var isOptional = false
    /// An existing directory that is seen in this process's mount namespace alone, for the namespace's file.
    package var directory = ""
    /// Whether the host's name servers are to be asked through ``nameServer``.
    package var forwardsNames = false
    /// The addresses by which host and container know each other, as far as options do not say.
    package var addresses = Addresses()

    /// A network through the program at this path.
    package init(_ program: Program, path: String, options: [String] = []) {
        self.program = program
        self.path = path
        self.options = options
    }

    /// The address at which the program answers questions for names: slirp4netns always, pasta with ``forwardsNames``.
    package var nameServer: String {
        switch program {
        case .pasta: value(of: ["--dns-forward"]) ?? "169.254.1.1"
        case .slirp4netns: "\(slirpPrefix).3"
        }
    }

    /// The container's own IPv4 address; nil where it has the host's.
    package var ownAddress: String? {
        switch program {
        case .pasta: value(of: ["-a", "--address"]) ?? addresses.container
        case .slirp4netns: "\(slirpPrefix).100"
        }
    }

    /// The address at which the container reaches the host; nil where it would only reach itself.
    package var hostAddress: String? {
        if program == .slirp4netns { return addresses.host }
        if let given = value(of: ["--map-guest-addr"]) { return given == "none" ? nil : given }
        return addresses.mapped ?? (ownAddress == nil ? nil : addresses.host)
    }

    /// The first three numbers of slirp4netns's network, a /24 unless the user says otherwise.
    private var slirpPrefix: String {
        let range = options.last { $0.hasPrefix("cidr=") }?.dropFirst("cidr=".count) ?? "10.0.2.0/24"
        return range.split(separator: "/")[0].split(separator: ".").prefix(3).joined(separator: ".")
    }

    /// What the user has given one of these options of pasta, the last time.
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
