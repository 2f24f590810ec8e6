/// The settings of containers.conf(5) that building and running use, with Podman's defaults where no file sets them.
package struct ContainersConf: Sendable, Equatable {
    /// `[containers]`
    package var containers = Containers()
    /// `[engine]`
    package var engine = Engine()
    /// `[network]`
    package var network = Network()
    /// The files that were read, in order.
    package var files: [String] = []

    /// The defaults alone.
    package init() {}

    /// What every container gets unless its own options say otherwise.
    package struct Containers: Sendable, Equatable {
        /// Capability names without or with `CAP_`, as written.
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
        /// Whether the whole environment of the host is passed on.
        package var envHost = false
        /// Whether the proxy variables of the host are passed on.
        package var httpProxy = true
        /// Servers for `/etc/resolv.conf`; `none` leaves the image's file alone; empty takes the host's.
        package var dnsServers: [String] = []
        /// `options` of `/etc/resolv.conf`.
        package var dnsOptions: [String] = []
        /// `search` of `/etc/resolv.conf`.
        package var dnsSearches: [String] = []
        /// What `/etc/hosts` starts from: a path, `image`, `none`, or empty for the host's file.
        package var baseHostsFile = ""
        /// Whether `/etc/hosts` is left to the image.
        package var noHosts = false
        /// Whether `/etc/hostname` is left to the image.
        package var noHostname = false
        /// The address of `host.containers.internal`, `none`, or empty for an automatic one.
        package var hostContainersInternalIP = ""
        /// The file mode creation mask.
        package var umask: UInt32 = 0o022
        /// A time zone name, `local`, or empty for the image's.
        package var timezone = ""
        /// The seccomp profile's path, `unconfined`, or empty for the default profile.
        package var seccompProfile = ""
        /// The AppArmor profile's name, or empty for the default.
        package var apparmorProfile = ""
        /// The size of `/dev/shm` in bytes.
        package var shmSize: Int64 = 64 << 20
        /// The most processes; 0 or less is no limit.
        package var pidsLimit: Int64 = 2048
        /// Whether an init process is put before the command.
        package var runsInit = false
        /// The init program, or empty for a search.
        package var initPath = ""
        /// Whether the container's root file system is read-only.
        package var readOnly = false
        /// `enabled`, `disabled` or `no-conmon`.
        package var cgroups = "enabled"
        /// Kinds of namespaces, as their options take them; empty for the default of the command.
        package var cgroupNamespace = ""
        /// See ``cgroupNamespace``.
        package var ipcNamespace = ""
        /// See ``cgroupNamespace``.
        package var networkNamespace = ""
        /// See ``cgroupNamespace``.
        package var pidNamespace = ""
        /// See ``cgroupNamespace``.
        package var userNamespace = ""
        /// See ``cgroupNamespace``.
        package var utsNamespace = ""
        /// The log driver, or empty for the default.
        package var logDriver = ""
        /// The largest log in bytes; negative for no limit.
        package var logSizeMax: Int64 = -1
        /// The template of a log's tag.
        package var logTag = ""
        /// Whether SELinux labels separate containers.
        package var label = true
    }

    /// How the tool itself works.
    package struct Engine: Sendable, Equatable {
        /// The OCI runtime's name or path; empty for the built-in one.
        package var runtime = ""
        /// Where each OCI runtime may be, in order.
        package var runtimes = ContainersConf.knownRuntimes
        /// Where helper programs are, before `$PATH`.
        package var helperBinariesDir = [
            "/usr/local/libexec/podman", "/usr/local/lib/podman", "/usr/libexec/podman", "/usr/lib/podman",
        ]
        /// `NAME=VALUE` for the tool's own environment.
        package var env: [String] = []
        /// `oci`, `v2s2`, `v2s1`, or empty: what building and committing writes.
        package var imageDefaultFormat = ""
        /// The transport of image names without one.
        package var imageDefaultTransport = "docker://"
        /// How many layers are copied at once; 0 for the default.
        package var imageParallelCopies = 0
        /// `gzip`, `zstd`, `zstd:chunked`, or empty for the default.
        package var compressionFormat = ""
        /// The compression's level; nil for the default.
        package var compressionLevel: Int?
        /// `always`, `missing`, `newer` or `never`; empty for the default.
        package var pullPolicy = ""
        /// `bind`, `tmpfs` or `ignore`: what becomes of an image's volumes.
        package var imageVolumeMode = ""
        /// `systemd` or `cgroupfs`; empty for the default.
        package var cgroupManager = ""
        /// Seconds between asking a container to stop and killing it.
        package var stopTimeout = 10
        /// The slirp4netns program; empty for a search.
        package var networkCommandPath = ""
        /// Options for it.
        package var networkCommandOptions: [String] = []
        /// Whether `chroot` replaces `pivot_root`.
        package var noPivotRoot = false
        /// Directories of OCI hooks.
        package var hooksDir: [String] = []
        /// How often a failed transfer is tried again; nil for the default.
        package var retry: Int?
        /// Seconds between tries as `--retry-delay` takes them; empty for the default.
        package var retryDelay = ""
    }

    /// Networks.
    package struct Network: Sendable, Equatable {
        /// `pasta` or `slirp4netns`; empty for whichever is there.
        package var defaultRootlessNetworkCommand = ""
        /// The name of the default network.
        package var defaultNetwork = "podman"
        /// Its subnet.
        package var defaultSubnet = "10.88.0.0/16"
        /// Options for pasta.
        package var pastaOptions: [String] = []
    }

    /// Where Debian and others install the runtimes.
    static let knownRuntimes: [String: [String]] = [
        "crun": ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/sbin", "/bin"].map { "\($0)/crun" },
        "runc": ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/sbin", "/bin"].map { "\($0)/runc" },
        "youki": ["/usr/bin", "/usr/local/bin", "/bin"].map { "\($0)/youki" },
        "runsc": ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/bin", "/sbin"].map { "\($0)/runsc" },
    ]
}
