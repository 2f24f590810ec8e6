package import Sandbox

/// How the commands of a build or a container are confined. Values only; the defaults are Podman's.
package struct StepConfinement: Sendable {
    package var network = SandboxNetwork.host
    /// Why the network is the host's although nobody has asked for that.
    package internal(set) var sharingReason: String?
    /// Who is told, when a command runs, that it has the host's network although nobody has asked for that.
    package var networkNotice: SharedNetworkNotice?
    package var namespaces = SandboxNamespaces()
    /// Devices beside the usual ones.
    package var devices: [SandboxDevice] = []
    package var controls = ResourceControls()
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
    /// Whether the image's own `/etc/hosts` is seen.
    package var noHosts = false
    /// Whether the image's own `/etc/hostname` is seen.
    package var noHostname = false
    /// What `/etc/hosts` starts from: a path, `none`, or empty for the host's file.
    package var baseHostsFile = ""
    /// The address of `host.containers.internal`, `none`, or empty for the one that the host has.
    package var hostAddress = ""
    /// Kernel parameters; those of namespaces that are not the container's own are left out.
    package var sysctls: [(name: String, value: String)] = []
    /// The size of `/dev/shm` in bytes.
    package var shmSize: UInt64 = 65_536_000
    package var umask: UInt32 = 0o022

    package init() {}

    /// What of this a step's result may depend on, for cache keys.
    package var description: [String] {
        ["network=\(networkKind)"] + addCapabilities.map { "cap-add=\($0)" }
            + dropCapabilities.map { "cap-drop=\($0)" }
            + securityOptions.map { "security-opt=\($0)" } + resourceLimits.map { "ulimit=\($0)" }
            + devices.map { "device=\($0.path)" }
            + (namespaces == SandboxNamespaces() ? [] : ["namespaces=\(namespaces)"])
    }
}
