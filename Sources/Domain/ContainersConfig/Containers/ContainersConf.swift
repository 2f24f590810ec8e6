/// The settings of containers.conf(5) for building and running, with Podman's defaults for unset ones.
package struct ContainersConf: Sendable, Equatable {
    /// `[containers]`
    package var containers = Containers()
    /// `[engine]`
    package var engine = Engine()
    /// `[network]`
    package var network = Network()
    /// The files read, in order.
    package var files: [String] = []
    /// What every container gets a copy of; not read with the other files.
    package var defaultMounts = DefaultMounts()
    /// What some commands cannot honour.
    package var refusals: [ConfigRefusal] = []

    /// Only the defaults.
    package init() {}

    /// Defaults for all containers, unless overridden by their own options.
    package struct Containers: Sendable, Equatable {
        /// Capability names with or without `CAP_`, as written.
        package var defaultCapabilities = [
            "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP",
            "SETUID", "SYS_CHROOT",
        ]
        /// `NAME=VALUE`
        package var defaultSysctls = ["net.ipv4.ping_group_range=0 0"]
        /// `NAME=SOFT[:HARD]`
        package var defaultUlimits: [String] = []
        /// `KEY=VALUE`
        package var annotations: [String] = []
        /// `HOST[:CONTAINER[:PERMISSIONS]]`
        package var devices: [String] = []
        /// `HOST:CONTAINER[:OPTIONS]`
        package var volumes: [String] = []
        /// `--mount` values.
        package var mounts: [String] = []
        /// `NAME=VALUE`
        package var env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        /// Whether to pass the host's whole environment.
        package var envHost = false
        /// Whether to pass the host's proxy variables.
        package var httpProxy = true
        /// Servers for `/etc/resolv.conf`; `none` keeps the image's file; empty: the host's servers.
        package var dnsServers: [String] = []
        /// `options` of `/etc/resolv.conf`.
        package var dnsOptions: [String] = []
        /// `search` of `/etc/resolv.conf`.
        package var dnsSearches: [String] = []
        /// The base of `/etc/hosts`: a path, `image`, `none`, or empty for the host's file.
        package var baseHostsFile = ""
        /// Whether to keep the image's `/etc/hosts`.
        package var noHosts = false
        /// Whether to keep the image's `/etc/hostname`.
        package var noHostname = false
        /// The address of `host.containers.internal`, `none`, or empty for an automatic one.
        package var hostContainersInternalIP = ""
        /// The file mode creation mask.
        package var umask: UInt32 = 0o022
        /// A time zone name, `local`, or empty for the image's.
        package var timezone = ""
        /// The seccomp profile's path, `unconfined`, or empty for the default profile.
        package var seccompProfile = ""
        /// The size of `/dev/shm` in bytes.
        package var shmSize: Int64 = 64 << 20
        /// The maximum number of processes; 0 or less: unlimited; nil: not specified.
        package var pidsLimit: Int64?
        /// How readily the kernel kills the container's processes for memory; nil: like the tool itself.
        package var oomScoreAdjustment: Int64?
        /// Where the output of containers in the background goes: `k8s-file`, `json-file`, `none`, `passthrough`; empty, or
        /// `journald`, which is not supported: the best that there is.
        package var logDriver = ""
        /// The maximum size of a log file in bytes; 0 or less: unlimited.
        package var logSizeMax: Int64?
        /// Whether containers have all privileges.
        package var isPrivileged = false
        /// Whether a container's host name is its name rather than its id.
        package var hostnameIsName = false
        /// Whether to run an init process that starts the command.
        package var runsInit = false
        /// Whether the container's root file system is read-only.
        package var readOnly = false
        /// The namespace mode, in the syntax of the options; empty: the command's default.
        package var cgroupNamespace = ""
        /// See ``cgroupNamespace``.
        package var ipcNamespace = ""
        /// See ``cgroupNamespace``.
        package var networkNamespace = ""
        /// See ``cgroupNamespace``.
        package var pidNamespace = ""
        /// See ``cgroupNamespace``.
        package var utsNamespace = ""
    }

    /// Settings of the tool itself.
    package struct Engine: Sendable, Equatable {
        /// The OCI runtime's name or path; empty: the built-in one.
        package var runtime = ""
        /// The candidate paths of each OCI runtime, in order.
        package var runtimes = ContainersConf.knownRuntimes
        /// Directories to search for helper programs before `$PATH`.
        package var helperBinariesDir = [
            "/usr/local/libexec/podman", "/usr/local/lib/podman", "/usr/libexec/podman", "/usr/lib/podman",
        ]
        /// Directories of device descriptions, later ones having precedence.
        package var cdiDirectories = ["/etc/cdi", "/var/run/cdi"]
        /// `NAME=VALUE`, variables for the tool's own environment.
        package var env: [String] = []
        /// `oci`, `v2s2`, `v2s1`, or empty: the format for building and committing.
        package var imageDefaultFormat = ""
        /// `gzip`, `zstd`, `zstd:chunked`, or empty for the default.
        package var compressionFormat = ""
        /// The compression level; nil: the default.
        package var compressionLevel: Int?
        /// `always`, `missing`, `newer` or `never`; empty for the default.
        package var pullPolicy = ""
        /// `bind`, `tmpfs` or `ignore`: how to handle an image's volumes.
        package var imageVolumeMode = ""
        /// Seconds between stopping and killing a container; nil: the default.
        package var stopTimeout: Int?
        /// Global flags of each OCI runtime, without their dashes.
        package var runtimeFlags: [String: [String]] = [:]
        /// The slirp4netns program; empty: search for it.
        package var networkCommandPath = ""
        /// Options for slirp4netns.
        package var networkCommandOptions: [String] = []
        /// How often to retry a failed transfer; nil: the default.
        package var retry: Int?
        /// The delay between retries, in the syntax of `--retry-delay`; empty: the default.
        package var retryDelay = ""
    }

    /// Networks.
    package struct Network: Sendable, Equatable {
        /// `pasta` or `slirp4netns`; empty: whichever is installed.
        package var defaultRootlessNetworkCommand = ""
        /// The host's addresses on which ports are published, if none is specified; empty: all.
        package var defaultHostAddresses: [String] = []
        /// Options for pasta.
        package var pastaOptions: [String] = []
    }

    /// Where Debian and other distributions install the runtimes.
    static let knownRuntimes: [String: [String]] = [
        "crun": ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/sbin", "/bin"].map { "\($0)/crun" },
        "runc": ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/sbin", "/bin"].map { "\($0)/runc" },
        "youki": ["/usr/bin", "/usr/local/bin", "/bin"].map { "\($0)/youki" },
        "runsc": ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/bin", "/sbin"].map { "\($0)/runsc" },
    ]
}
