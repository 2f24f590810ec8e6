import CSandbox
import Glibc
import LinuxSystem

/// Properties of the host and this process that a sandbox's plan depends on.
struct HostFacts: Sendable, Equatable {
    /// This process's capabilities, which limit the container's.
    var capabilities: CapabilitySet
    /// Whether group 5 (tty) is mapped in this user namespace.
    var mapsTerminalGroup: Bool
    /// Whether supplementary groups may be changed.
    var canSetGroups: Bool
    /// Whether this is the initial user namespace.
    var isInitialUserNamespace: Bool
    /// Whether control groups are version 2 only.
    var hasUnifiedControlGroups: Bool

    private static let terminalGroup: UInt32 = 5
    /// The fixed inode number of the kernel (PROC_USER_INIT_INO).
    private static let initialUserNamespace = "user:[4026531837]"

    static func read() throws(SandboxError) -> HostFacts {
        var effective: UInt64 = 0
        var permitted: UInt64 = 0
        let result = sandbox_capabilities(&effective, &permitted)
        guard result == 0 else { throw SandboxError(.setup, "capget", errno: -result) }
        let groups = IDMapping(parsing: text("/proc/self/gid_map")) ?? .identity
        let namespace = (try? Files.readSymlink("/proc/self/ns/user")) ?? []
        return HostFacts(
            capabilities: CapabilitySet(rawValue: permitted), mapsTerminalGroup: groups.toHost(terminalGroup) != nil,
            canSetGroups: !text("/proc/self/setgroups").hasPrefix("deny"),
            isInitialUserNamespace: namespace == Array(initialUserNamespace.utf8),
            hasUnifiedControlGroups: sandbox_has_unified_control_groups() == 1)
    }

    private static func text(_ path: String) -> String {
        guard let bytes = try? Files.readFileIfPresent(path, limit: 1 << 16) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}
