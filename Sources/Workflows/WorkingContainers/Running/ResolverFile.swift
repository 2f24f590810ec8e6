import LinuxSystem
import Sandbox

/// `/etc/resolv.conf`: the host's or the requested settings, in the layout of Podman and Buildah.
struct ResolverFile {
    private let confinement: StepConfinement
    private let servers, searches, options: [String]

    /// Addresses of stub resolvers on the host, and the files that list their upstream servers.
    private static let stubs = [
        "127.0.0.53": "/run/systemd/resolve/resolv.conf", "127.0.0.1": "/run/NetworkManager/no-stub-resolv.conf",
    ]

    /// - Parameter root: the root directory of the host's files.
    init(_ confinement: StepConfinement, root: String = "") throws {
        self.confinement = confinement
        var lines = try Self.lines(of: root + Self.path(confinement.network, root))
        var servers = Self.values("nameserver", lines).compactMap(\.first)
        isLocalOnly = !servers.isEmpty && servers.allSatisfy(Self.isLoopback)
        hasIPv4Server = servers.contains { !$0.contains(":") }
        if confinement.network != .host, servers.count == 1, let stub = Self.stubs[servers[0]] {
            let behind = try Self.lines(of: root + stub)
            if !behind.isEmpty {
                lines = behind
                servers = Self.values("nameserver", lines).compactMap(\.first)
            }
        }
        self.servers = servers
        searches = Self.values("search", lines).last ?? []
        options = Self.values("options", lines).last ?? []
    }

    /// Whether all of the host's servers are on its loopback, and whether one of them has an IPv4 address.
    private let isLocalOnly, hasIPv4Server: Bool

    /// Whether the program that connects a private network should answer DNS queries: it asks the host's server, which
    /// may only be reachable from the host.
    var asksThroughNetwork: Bool { confinement.dnsServers.isEmpty && (hasIPv4Server || isLocalOnly) }

    var text: String {
        let searches = confinement.dnsSearches.isEmpty ? searches : confinement.dnsSearches
        let options = confinement.dnsOptions.isEmpty ? options : confinement.dnsOptions
        var lines: [String] = []
        if !searches.isEmpty, !searches.contains(".") { lines.append("search \(searches.joined(separator: " "))") }
        lines += (confinement.dnsServers.isEmpty ? inheritedServers : confinement.dnsServers).map { "nameserver \($0)" }
        if !options.isEmpty { lines.append("options \(options.joined(separator: " "))") }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Loopback addresses of the host are meaningless in another network, and interface names belong to one network.
    private var inheritedServers: [String] {
        guard case .userMode(let network) = confinement.network else { return servers }
        let reachable = servers.filter { !Self.isLoopback($0) && !$0.contains("%") }
        let answers = network.program == .slirp4netns || asksThroughNetwork
        return (answers ? [network.nameServer] : []) + reachable
    }

    /// A namespace of `ip netns` may have its own file.
    private static func path(_ network: SandboxNetwork, _ root: String) -> String {
        if case .path(let file) = network, !file.hasPrefix("/proc/"), let name = file.split(separator: "/").last {
            let own = "/etc/netns/\(name)/resolv.conf"
            if Files.exists(root + own) { return own }
        }
        return "/etc/resolv.conf"
    }

    private static func lines(of path: String) throws -> [[String]] {
        let bytes = try Files.readFileIfPresent(path, limit: 1 << 20) ?? []
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map { line in
            line.prefix { $0 != "#" && $0 != ";" }.split(whereSeparator: \.isWhitespace).map(String.init)
        }.filter { $0.count > 1 }
    }

    private static func values(_ name: String, _ lines: [[String]]) -> [[String]] {
        lines.filter { $0[0] == name }.map { Array($0.dropFirst()) }
    }

    private static func isLoopback(_ server: String) -> Bool {
        server.hasPrefix("127.") || server == "::1"
    }
}
