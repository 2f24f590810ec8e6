import LinuxSystem
import Sandbox

/// `/etc/hosts` in the format of Podman and Buildah: the requested entries, the base file, then the names of loopback,
/// host and container that have no other address.
enum HostsFile {
    static func text(for process: ContainerProcess, _ imageHosts: [UInt8]) throws -> String {
        let confinement = process.confinement
        let host = hostAddress(confinement)
        var entries = try confinement.addHosts.map { text -> HostEntry in
            var entry = try HostEntry(flag: text)
            guard entry.address == HostEntry.hostGateway else { return entry }
            guard let host else {
                throw WorkingContainerError(
                    .invalid, "--add-host \(text): the container has no address at which it reaches the host")
            }
            entry.address = host
            return entry
        }
        entries += HostEntry.entries(of: try base(confinement.baseHostsFile, imageHosts))
        let named = Set(entries.flatMap(\.names))
        var automatic = [HostEntry("127.0.0.1", ["localhost"]), HostEntry("::1", ["localhost"])]
        if let host { automatic.append(HostEntry(host, ["host.containers.internal", "host.docker.internal"])) }
        automatic.append(HostEntry(ownAddress(confinement.network), [process.hostname]))
        for entry in automatic {
            let free = entry.names.filter { !named.contains($0) }
            if !free.isEmpty { entries.append(HostEntry(entry.address, free)) }
        }
        return entries.map(\.line).joined()
    }

    private static func base(_ file: String, _ imageHosts: [UInt8]) throws -> String {
        if file == "none" { return "" }
        if file == "image" { return String(decoding: imageHosts, as: UTF8.self) }
        let path = file.isEmpty ? "/etc/hosts" : file
        return String(decoding: try Files.readFileIfPresent(path, limit: 1 << 20) ?? [], as: UTF8.self)
    }

    private static func ownAddress(_ network: SandboxNetwork) -> String {
        guard case .userMode(let network) = network else { return "127.0.0.1" }
        return network.ownAddress ?? network.addresses.host ?? "127.0.0.1"
    }

    /// The address for reaching the host; nil if there is none.
    private static func hostAddress(_ confinement: StepConfinement) -> String? {
        switch confinement.hostAddress {
        case "none": return nil
        case "": break
        case let given: return given
        }
        return switch confinement.network {
        case .host: "127.0.0.1"
        case .userMode(let network): network.hostAddress
        case .none, .path: OutboundAddress.ipv4()
        }
    }
}
