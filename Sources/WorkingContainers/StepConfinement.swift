package import Sandbox

/// How the commands of a build or a container are confined. Values only; the defaults are Podman's.
package struct StepConfinement: Sendable {
    package var network = SandboxNetwork.host
    /// What containers may do before `addCapabilities` and `dropCapabilities`.
    package var defaultCapabilities: [String]?
    package var addCapabilities: [String] = []
    package var dropCapabilities: [String] = []
    /// As `--security-opt` takes them.
    package var securityOptions: [String] = []
    /// As `--ulimit` takes them.
    package var resourceLimits: [String] = []
    /// `HOST:IP` lines for `/etc/hosts`.
    package var addHosts: [String] = []
    package var dnsServers: [String] = []
    package var dnsSearches: [String] = []
    package var dnsOptions: [String] = []
    /// The size of `/dev/shm` in bytes.
    package var shmSize: UInt64 = 65_536_000
    package var umask: UInt32 = 0o022

    package init() {}

    /// What of this a step's result may depend on, for cache keys.
    package var description: [String] {
        ["network=\(network)"] + addCapabilities.map { "cap-add=\($0)" } + dropCapabilities.map { "cap-drop=\($0)" }
            + securityOptions.map { "security-opt=\($0)" } + resourceLimits.map { "ulimit=\($0)" }
    }
}
