package import ContainerStore
import LinuxSystem
package import Sandbox
import Synchronization

/// `/etc/hosts`, `/etc/resolv.conf`, `/etc/hostname` and `/run/.containerenv` of containers: mounted files that are
/// therefore never in a layer.
///
/// They are in a tmpfs that exists only in this process's mount namespace, so that nothing is left behind whatever
/// happens to the process.
package final class HostFiles: Sendable {
    private let directory: String
    private let count = Mutex(0)
    /// The private network of the containers with these files.
    package let network: ContainerNetwork

    /// The process must have its own mount namespace.
    package init(_ layout: StoreLayout) throws {
        directory = "\(layout.ownRoom)/host-files"
        try Files.makeDirectories(directory, mode: 0o700)
        try Mounts.mount(source: "tmpfs", target: directory, type: "tmpfs", flags: 0, data: "mode=0755,size=16m")
        network = ContainerNetwork(in: directory)
    }

    /// A path that nothing else has.
    private func newPath() -> String {
        let number = count.withLock { count in
            count += 1
            return count
        }
        return "\(directory)/\(number)"
    }

    /// A new directory for one container.
    func newPlace() throws -> String {
        let place = newPath()
        try Files.makeDirectory(place, mode: 0o755)
        return place
    }

    /// The mounts of one container, whose files are created in `place`.
    ///
    /// - Parameter imageHosts: the image's own `/etc/hosts`, for configurations based on it.
    func mounts(for process: ContainerProcess, in place: String, imageHosts: [UInt8]) throws -> [SandboxMount] {
        let confinement = process.confinement
        var files: [(name: String, target: String, text: String)] = []
        if !confinement.noHosts { files.append(("hosts", "/etc/hosts", try HostsFile.text(for: process, imageHosts))) }
        if confinement.dnsServers != ["none"] {
            files.append(("resolv.conf", "/etc/resolv.conf", try ResolverFile(confinement).text))
        }
        if !confinement.noHostname { files.append(("hostname", "/etc/hostname", process.hostname + "\n")) }
        files.append(("containerenv", "/run/.containerenv", process.description))
        return try files.map { file in
            let path = "\(place)/\(file.name)"
            try Files.replaceFile(path, with: Array(file.text.utf8), mode: 0o644, synchronize: false)
            return SandboxMount.bind(path, at: file.target)
        }
    }

    /// The mounts of copies, made in `place`, of what exists on the host.
    ///
    /// - Parameter taken: mount points of other mounts, which replace these.
    func copies(_ list: [CopiedMount], in place: String, besides taken: Set<String>) throws -> [SandboxMount] {
        var mounts: [SandboxMount] = []
        for (index, item) in list.enumerated() where !taken.contains(item.destination) {
            let path = "\(place)/copy-\(index)"
            if try item.copy(to: path) { mounts.append(.bind(path, at: item.destination)) }
        }
        return mounts
    }

    /// A mount of an executable file with this content.
    package func executable(_ content: [UInt8], at target: String) throws -> SandboxMount {
        SandboxMount.bind(try file(content, mode: 0o755, uid: 0, gid: 0), at: target, readOnly: true)
    }

    /// The path of a new directory, which exists only in memory.
    package func newDirectory() throws -> String { try newPlace() }

    /// The path of a file with this content, which exists only in memory.
    package func file(_ content: [UInt8], mode: UInt32, uid: UInt32, gid: UInt32) throws -> String {
        let path = newPath()
        try Files.replaceFile(path, with: content, mode: mode, synchronize: false)
        let opened = try OwnedFD.open(path, OpenFlags.path)
        try Files.changeOwner(fd: opened.raw, uid: uid, gid: gid)
        return path
    }
}
