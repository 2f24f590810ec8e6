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

    /// The mounts of one container.
    func mounts(for process: ContainerProcess) throws -> [SandboxMount] {
        count += 1
        let place = "\(directory)/\(count)"
        try Files.makeDirectory(place, mode: 0o755)
        let files: [(name: String, target: String, text: String)] = [
            ("hosts", "/etc/hosts", try hosts(process)),
            ("resolv.conf", "/etc/resolv.conf", try resolver(process.confinement)),
            ("hostname", "/etc/hostname", process.hostname + "\n"),
            ("containerenv", "/run/.containerenv", ""),
        ]
        return try files.map { file in
            let path = "\(place)/\(file.name)"
            try Files.replaceFile(path, with: Array(file.text.utf8), mode: 0o644, synchronize: false)
            return SandboxMount.bind(path, at: file.target)
        }
    }

    /// A mount of an executable file with this content.
    package func executable(_ content: [UInt8], at target: String) throws -> SandboxMount {
        count += 1
        let path = "\(directory)/\(count)"
        try Files.replaceFile(path, with: content, mode: 0o755, synchronize: false)
        return SandboxMount.bind(path, at: target, readOnly: true)
    }

    private func hosts(_ process: ContainerProcess) throws -> String {
        var text = ""
        if process.confinement.network != .none {
            text = String(decoding: try Files.readFileIfPresent("/etc/hosts", limit: 1 << 20) ?? [], as: UTF8.self)
            if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
        }
        if text.isEmpty { text = "127.0.0.1\tlocalhost\n::1\tlocalhost\n" }
        var added = ""
        for entry in process.confinement.addHosts {
            guard let colon = entry.firstIndex(of: ":"), colon != entry.startIndex else {
                throw WorkingContainerError(.invalid, "--add-host takes HOST:IP, not \"\(entry)\"")
            }
            added += "\(entry[entry.index(after: colon)...])\t\(entry[..<colon])\n"
        }
        return added + text + "127.0.0.1\t\(process.hostname)\n"
    }

    private func resolver(_ confinement: StepConfinement) throws -> String {
        var lines = confinement.dnsServers.map { "nameserver \($0)" }
        if lines.isEmpty {
            let host = try Files.readFileIfPresent("/etc/resolv.conf", limit: 1 << 20) ?? []
            lines = String(decoding: host, as: UTF8.self).split(separator: "\n").map(String.init)
        }
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
}
