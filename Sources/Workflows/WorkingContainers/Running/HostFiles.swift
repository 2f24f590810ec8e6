package import ContainerStore
import LinuxSystem
package import Sandbox

/// `/etc/hosts`, `/etc/resolv.conf`, `/etc/hostname` and `/run/.containerenv` of containers: files that are mounted
/// and therefore never in a layer.
///
/// They lie in a memory file system that only this process's mount namespace has, so that nothing of them is left
/// whatever happens to the process.
package final class HostFiles {
    private let directory: String
    private var count = 0

    /// The process must have a mount namespace of its own.
    package init(_ layout: StoreLayout) throws {
        directory = "\(layout.ownRoom)/host-files"
        try Files.makeDirectories(directory, mode: 0o700)
        try Mounts.mount(source: "tmpfs", target: directory, type: "tmpfs", flags: 0, data: "mode=0755,size=16m")
    }

    /// A new directory for one container.
    func newPlace() throws -> String {
        count += 1
        let place = "\(directory)/\(count)"
        try Files.makeDirectory(place, mode: 0o755)
        return place
    }

    /// The mounts of one container, whose files go into `place`.
    ///
    /// - Parameter imageHosts: the image's own `/etc/hosts`, for a configuration that starts from it.
    func mounts(for process: ContainerProcess, in place: String, imageHosts: [UInt8]) throws -> [SandboxMount] {
        let confinement = process.confinement
        var files: [(name: String, target: String, text: String)] = []
        if !confinement.noHosts { files.append(("hosts", "/etc/hosts", try HostsFile.text(for: process, imageHosts))) }
        if confinement.dnsServers != ["none"] {
            files.append(("resolv.conf", "/etc/resolv.conf", try ResolverFile(confinement).text))
        }
        if !confinement.noHostname { files.append(("hostname", "/etc/hostname", process.hostname + "\n")) }
        files.append(("containerenv", "/run/.containerenv", ""))
        return try files.map { file in
            let path = "\(place)/\(file.name)"
            try Files.replaceFile(path, with: Array(file.text.utf8), mode: 0o644, synchronize: false)
            return SandboxMount.bind(path, at: file.target)
        }
    }

    /// A mount of an executable file with this content.
    package func executable(_ content: [UInt8], at target: String) throws -> SandboxMount {
        SandboxMount.bind(try file(content, mode: 0o755, uid: 0, gid: 0), at: target, readOnly: true)
    }

    /// The path of a file with this content, which is in memory and nowhere else.
    package func file(_ content: [UInt8], mode: UInt32, uid: UInt32, gid: UInt32) throws -> String {
        count += 1
        let path = "\(directory)/\(count)"
        try Files.replaceFile(path, with: content, mode: mode, synchronize: false)
        let opened = try OwnedFD.open(path, OpenFlags.path)
        try Files.changeOwner(fd: opened.raw, uid: uid, gid: gid)
        return path
    }
}

/// `/etc/hosts` as Podman writes it: what was asked for, the base file, the names of host and container.
enum HostsFile {
    static func text(for process: ContainerProcess, _ imageHosts: [UInt8]) throws -> String {
        let confinement = process.confinement
        var text = try base(confinement.baseHostsFile, imageHosts)
        if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
        if text.isEmpty { text = "127.0.0.1\tlocalhost\n::1\tlocalhost\n" }
        let hostAddress = hostAddress(confinement)
        var added = ""
        for entry in confinement.addHosts {
            guard let colon = entry.firstIndex(of: ":"), colon != entry.startIndex else {
                throw WorkingContainerError(.invalid, "--add-host takes HOST:IP, not \"\(entry)\"")
            }
            var address = String(entry[entry.index(after: colon)...])
            if address == "host-gateway" {
                guard let hostAddress else {
                    throw WorkingContainerError(
                        .invalid, "--add-host \(entry): the host has no address to be reached at")
                }
                address = hostAddress
            }
            added += "\(address)\t\(entry[..<colon])\n"
        }
        if let hostAddress { text += "\(hostAddress)\thost.containers.internal\n" }
        return added + text + "\(ownAddress(confinement.network))\t\(process.hostname)\n"
    }

    private static func base(_ file: String, _ imageHosts: [UInt8]) throws -> String {
        if file == "none" { return "" }
        if file == "image" { return String(decoding: imageHosts, as: UTF8.self) }
        let path = file.isEmpty ? "/etc/hosts" : file
        return String(decoding: try Files.readFileIfPresent(path, limit: 1 << 20) ?? [], as: UTF8.self)
    }

    private static func ownAddress(_ network: SandboxNetwork) -> String {
        guard case .userMode(let network) = network else { return "127.0.0.1" }
        return network.ownAddress ?? OutboundAddress.ipv4() ?? "127.0.0.1"
    }

    /// Where the host can be reached; nil where that address is the container's own.
    private static func hostAddress(_ confinement: StepConfinement) -> String? {
        switch confinement.hostAddress {
        case "none": return nil
        case "": break
        case let given: return given
        }
        if case .userMode(let network) = confinement.network, network.ownAddress == nil { return nil }
        return OutboundAddress.ipv4()
    }
}

/// `/etc/resolv.conf`: the host's, or what was asked for.
struct ResolverFile {
    private let confinement: StepConfinement
    private let hostLines: [String]

    init(_ confinement: StepConfinement) throws {
        self.confinement = confinement
        let host = try Files.readFileIfPresent("/etc/resolv.conf", limit: 1 << 20) ?? []
        hostLines = String(decoding: host, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    var text: String {
        var lines = confinement.dnsServers.map { "nameserver \($0)" }
        if lines.isEmpty { lines = inheritedLines }
        if !confinement.dnsSearches.isEmpty {
            lines.removeAll { $0.hasPrefix("search ") || $0.hasPrefix("domain ") }
            lines.append("search \(confinement.dnsSearches.joined(separator: " "))")
        }
        if !confinement.dnsOptions.isEmpty {
            lines.removeAll { $0.hasPrefix("options ") }
            lines.append("options \(confinement.dnsOptions.joined(separator: " "))")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// A server on the host's loopback is nobody in another network: what connects that network asks it instead.
    private var inheritedLines: [String] {
        guard case .userMode(let network) = confinement.network else { return hostLines }
        let reachable = hostLines.filter { !Self.isLoopbackServer($0) }
        if needsForwarding || network.program == .slirp4netns {
            return ["nameserver \(network.nameServer)"] + reachable
        }
        return reachable
    }

    /// Whether every server that the container would ask is one that only the host can reach.
    var needsForwarding: Bool {
        confinement.dnsServers.isEmpty
            && !hostLines.contains { $0.hasPrefix("nameserver") && !Self.isLoopbackServer($0) }
    }

    private static func isLoopbackServer(_ line: String) -> Bool {
        let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard words.count >= 2, words[0] == "nameserver" else { return false }
        return words[1].hasPrefix("127.") || words[1] == "::1"
    }
}
