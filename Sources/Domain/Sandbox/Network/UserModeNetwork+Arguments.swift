/// The command lines of the programs: pasta(1), slirp4netns(1).
extension UserModeNetwork {
    /// The command line. Readiness is reported on standard input.
    ///
    /// - Parameter isMachineRoot: whether the caller is root outside any user namespace.
    func arguments(namespace: String, apiSocket: String, isMachineRoot: Bool) throws(SandboxError) -> [String] {
        switch program {
        case .pasta: pastaArguments(namespace, isMachineRoot)
        case .slirp4netns: try slirpArguments(namespace, apiSocket)
        }
    }

    private func pastaArguments(_ namespace: String, _ isMachineRoot: Bool) -> [String] {
        var words = [path, "--foreground", "--quiet", "--config-net", "--pid", "/proc/self/fd/0"]
        // By default it replaces root by another user, who may not join a namespace owned by root.
        if isMachineRoot { words += ["--runas", "0"] }
        for port in ports {
            let address = port.hostAddress.isEmpty ? "" : port.hostAddress + "/"
            words += [port.transport == .tcp ? "-t" : "-u", "\(address)\(port.host):\(port.container)"]
        }
        // By default it would forward all listening ports in both directions.
        let forwarding: [(names: Set<String>, isUsed: Bool)] = [
            (["-t", "--tcp-ports"], ports.contains { $0.transport == .tcp }),
            (["-u", "--udp-ports"], ports.contains { $0.transport == .udp }), (["-T", "--tcp-ns"], false),
            (["-U", "--udp-ns"], false),
        ]
        for (names, isUsed) in forwarding where !isUsed && !options.contains(where: { names.contains($0) }) {
            words += [names.min { $0.count < $1.count } ?? "", "none"]
        }
        // Otherwise the gateway's address would lead to the host's own loopback.
        if !options.contains("--map-gw") { words.append("--no-map-gw") }
        if forwardsNames, !hasOption("--dns-forward") { words += ["--dns-forward", nameServer] }
        words += addressArguments
        words += options.filter { $0 != "--map-gw" }
        return words + ["--netns-only", "--netns", namespace]
    }

    private var addressArguments: [String] {
        if let mapped = addresses.mapped {
            return hasOption("--map-guest-addr") ? [] : ["--map-guest-addr", mapped]
        }
        guard let container = addresses.container, let gateway = addresses.gateway else { return [] }
        return ["-a", container, "-n", "24", "-g", gateway]
    }

    private func hasOption(_ name: String) -> Bool {
        options.contains { $0 == name || $0.hasPrefix(name + "=") }
    }

    private func slirpArguments(_ namespace: String, _ apiSocket: String) throws(SandboxError) -> [String] {
        var values: [String: String] = ["mtu": "65520", "allow_host_loopback": "false"]
        var words = [path, "--configure", "--ready-fd=0", "--netns-type=path"]
        for option in options {
            let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw Self.unknown(option) }
            switch parts[0] {
            case "mtu", "allow_host_loopback": values[parts[0]] = parts[1]
            case "cidr": words.append("--cidr=\(parts[1])")
            case "enable_ipv6": if parts[1] == "true" { words.append("--enable-ipv6") }
            case "outbound_addr": words.append("--outbound-addr=\(parts[1])")
            case "outbound_addr6": words.append("--outbound-addr6=\(parts[1])")
            case "port_handler" where parts[1] == "slirp4netns": break
            default: throw Self.unknown(option)
            }
        }
        words.append("--mtu=\(values["mtu"] ?? "")")
        if values["allow_host_loopback"] != "true" { words.append("--disable-host-loopback") }
        if !ports.isEmpty { words.append("--api-socket=\(apiSocket)") }
        return words + [namespace, "tap0"]
    }

    private static func unknown(_ option: String) -> SandboxError {
        SandboxError(.unknownOption, "unknown option \"\(option)\" for slirp4netns")
    }
}
