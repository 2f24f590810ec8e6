package import Sandbox

/// How the commands of a build or a container are confined. Values only; the defaults are Podman's.
package struct StepConfinement: Sendable {
    package var network = SandboxNetwork.host
    /// Why the host's network is used without being requested.
    package internal(set) var sharingReason: String?
    /// Notified when a command runs with the host's network without a request.
    package var networkNotice: SharedNetworkNotice?
    package var namespaces = SandboxNamespaces()
    /// Devices in addition to the standard ones.
    package var devices: [SandboxDevice] = []
    package var controls = ResourceControls()
    /// The capabilities before `addCapabilities` and `dropCapabilities` are applied.
    package var defaultCapabilities: [String]?
    package var addCapabilities: [String] = []
    package var dropCapabilities: [String] = []
    /// Values for `--security-opt`.
    package var securityOptions: [String] = []
    /// Values for `--ulimit`.
    package var resourceLimits: [String] = []
    /// `HOST:IP` lines for `/etc/hosts`.
    package var addHosts: [String] = []
    package var dnsServers: [String] = []
    package var dnsSearches: [String] = []
    package var dnsOptions: [String] = []
    /// Whether to keep the image's own `/etc/hosts`.
    package var noHosts = false
    /// Whether to keep the image's own `/etc/hostname`.
    package var noHostname = false
    /// The base of `/etc/hosts`: a path, `none`, or empty for the host's file.
    package var baseHostsFile = ""
    /// The address of `host.containers.internal`, `none`, or empty for the host's own.
    package var hostAddress = ""
    /// Kernel parameters; those of shared namespaces are ignored.
    package var sysctls: [(name: String, value: String)] = []
    /// Mounts and variables (`NAME=value`) that belong to devices.
    package var deviceMounts: [SandboxMount] = []
    package var deviceEnvironment: [String] = []
    /// What every container gets a copy of.
    package var copiedMounts: [CopiedMount] = []
    /// The size of `/dev/shm` in bytes.
    package var shmSize: UInt64 = 65_536_000
    package var umask: UInt32 = 0o022

    package init() {}

    /// The settings that a step's result may depend on, for cache keys.
    package var description: [String] {
        ["network=\(networkKind)"] + addCapabilities.map { "cap-add=\($0)" }
            + dropCapabilities.map { "cap-drop=\($0)" }
            + securityOptions.map { "security-opt=\($0)" } + resourceLimits.map { "ulimit=\($0)" }
            + devices.map { "device=\($0.path)" } + deviceMounts.map { "device=\($0.destination)" }
            + deviceEnvironment.map { "device=\($0)" }
            + (namespaces == SandboxNamespaces() ? [] : ["namespaces=\(namespaces)"])
    }
}
