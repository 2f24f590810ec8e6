import CLinux
import CSandbox
import Glibc
package import LinuxSystem

/// A running container that other processes are started in.
package final class JoinedContainer: Sendable {
    /// Of the container's first process.
    let process: OwnedFD
    /// The container's root directory, for looking up its users.
    package let root: RootedDirectory
    private let pid: Int32
    /// CLONE_NEW* flags of the namespaces to join. Those that are this process's own already may be the host's, which an
    /// ordinary user cannot even join again.
    let namespaces: UInt64

    /// - Parameters:
    ///   - process: a pidfd of the container's first process.
    ///   - pid: its number. This process must be root of the container's user namespace.
    /// - Throws: an error of code `setup` when the process has ended or cannot be accessed.
    package init(_ process: consuming OwnedFD, pid: Int32) throws(SandboxError) {
        do throws(LinuxError) {
            root = try RootedDirectory(opening: "/proc/\(pid)/root")
        } catch {
            throw SandboxError(.setup, "open the root of the container: \(error)")
        }
        // The number may have been reused before, but not while the process lives.
        var ended = [pollfd(fd: process.raw, events: Int16(POLLIN), revents: 0)]
        guard poll(&ended, 1, 0) == 0 else { throw SandboxError(.setup, "the container has just ended") }
        self.process = process
        self.pid = pid
        namespaces = Self.foreignNamespaces(of: pid)
    }

    private static func foreignNamespaces(of pid: Int32) -> UInt64 {
        let kinds = [
            ("mnt", NamespaceFlag.mount), ("pid", NamespaceFlag.process), ("net", NamespaceFlag.network),
            ("ipc", NamespaceFlag.ipc), ("uts", NamespaceFlag.uts), ("cgroup", NamespaceFlag.cgroup),
        ]
        return kinds.reduce(0) { flags, kind in
            let own = try? Files.readSymlink("/proc/self/ns/\(kind.0)")
            let other = try? Files.readSymlink("/proc/\(pid)/ns/\(kind.0)")
            return own == other ? flags : flags | kind.1
        }
    }

    /// Moves a process to the container's control group, if it has one of its own.
    func take(_ other: Int32) throws(SandboxError) {
        guard sandbox_has_unified_control_groups() == 1, let group = Self.group(of: "\(pid)"),
            group != Self.group(of: "self")
        else { return }
        do throws(LinuxError) {
            try OwnedFD.open("/sys/fs/cgroup\(group)/cgroup.procs", O_WRONLY).writeAll(Array("\(other)".utf8))
        } catch {
            throw SandboxError(.setup, "move the process to the container's control group: \(error)")
        }
    }

    private static func group(of process: String) -> String? {
        guard let bytes = try? Files.readFile("/proc/\(process)/cgroup", limit: 1 << 16) else { return nil }
        let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("0::/") }
        return line.map { String($0.dropFirst("0::".count)) }
    }
}

extension Sandbox {
    /// Runs a process in a running container and waits for it. It has ended when this returns, or when this process dies.
    ///
    /// Of the specification, only what concerns the process counts: the rest is the container's.
    ///
    /// - Throws: if the command could not be started.
    package static func run(
        _ spec: SandboxSpec, joining container: JoinedContainer, cacheDirectory: String? = nil
    ) throws(SandboxError) -> ExitStatus {
        try spec.validate()
        let filters = SeccompFilters(cacheDirectory: cacheDirectory)
        let filter = try filters.filter(for: spec.seccomp, capabilities: spec.capabilities.bounding)
        let plan = spec.plan(joining: container, facts: try HostFacts.read(), filter: filter)
        var run = SandboxRun(spec: spec)
        return try run.perform(plan, 0) { try container.take($0) }
    }

    /// Forwards this process's signals to another one while `body` runs.
    ///
    /// - Parameter process: its pidfd.
    package static func forwardingSignals<T>(to process: Int32, _ body: () throws -> T) rethrows -> T {
        let slot = sandbox_relay_begin(process, 0)
        defer { if slot >= 0 { _ = sandbox_relay_end(slot) } }
        return try body()
    }
}
