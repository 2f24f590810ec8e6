/// Everything about one container process: what it sees, who it is and what it may do.
///
/// Maps one to one onto an OCI runtime-spec `config.json` (`runtimeSpecJSON()`). Paths named "host" are of the calling
/// process's mount namespace, all others of the container's.
package struct SandboxSpec: Sendable {
    /// What is `/`.
    package var rootfs: RootFilesystem
    /// The command and its arguments. Without a slash, the command is searched in `PATH` of `environment`.
    package var args: [String]
    /// The whole environment, `NAME=value` each.
    package var environment: [String]
    /// Where the command starts: an absolute path that exists.
    package var workingDirectory = "/"
    /// Whom it runs as.
    package var user = ProcessUser.root
    /// The container's host name; nil keeps the host's.
    package var hostname: String?
    /// The NIS domain name; nil keeps the host's.
    package var domainname: String?
    /// Mounts beside the standard ones, done by depth of their destination; one at the place of a standard mount
    /// replaces that and those below it.
    package var mounts: [SandboxMount] = []
    /// Devices beside the standard ones; not made where a mount of the specification replaces `/dev`.
    package var devices: [SandboxDevice] = []
    /// Which namespaces are the container's own.
    package var namespaces = SandboxNamespaces()
    /// The network it sees.
    package var network = SandboxNetwork.host
    /// Its capabilities.
    package var capabilities = ProcessCapabilities(granted: .standard, added: [], uid: 0)
    /// The system calls it may make.
    package var seccomp = SeccompPolicy.standard
    /// Paths that are hidden from it.
    package var maskedPaths = SandboxSpec.standardMaskedPaths
    /// Whether more of /sys is hidden where that is the host's own and the container is not the machine root's.
    package var hidesHostKernel = true
    /// Paths it may read only.
    package var readonlyPaths = SandboxSpec.standardReadonlyPaths
    /// Whether the root is mounted read-only.
    package var readOnlyRoot = false
    /// Whether set-user-id files and file capabilities have no effect.
    package var noNewPrivileges = false
    /// Resource limits; what is not listed is inherited. A hard limit that may not be raised stays as it is.
    package var rlimits: [ResourceLimit] = []
    /// Kernel parameters (`net.ipv4.ip_forward`) of the container's namespaces.
    package var sysctls: [(name: String, value: String)] = []
    /// Its standard input, output and error; not used with a terminal.
    package var stdio = StandardStreams()
    /// A terminal of its own, connected to this process's standard input and output.
    package var terminal: TerminalRequest?
    /// Whether a small init is process 1, reaping orphans and passing on signals, instead of the command itself.
    package var useInit = false
    /// Whether chroot is used for want of a root that pivot_root(2) accepts, as on an initial RAM disk.
    package var noPivot = false
    /// What happens to mount targets that the root lacks.
    package var mountPoints = MountPointPolicy.createAndRemove
    /// The size of `/dev/shm` in bytes.
    package var shmSize: UInt64 = 65_536_000
    /// What signals to this process mean for the container.
    package var signals = SignalPolicy.forward
    /// Notes for hooks and runtimes.
    package var annotations: [(name: String, value: String)] = []

    /// A container with the given root and command and everything else as is usual.
    package init(rootfs: RootFilesystem, args: [String], environment: [String]) {
        self.rootfs = rootfs
        self.args = args
        self.environment = environment
    }
}

/// Whom a process runs as, in ids of the container.
package struct ProcessUser: Sendable, Equatable {
    /// User and primary group.
    package var uid, gid: UInt32
    /// Supplementary groups. Where the user namespace forbids changing them they stay as they are.
    package var additionalGIDs: [UInt32]
    /// The file mode creation mask.
    package var umask: UInt32

    /// A user.
    package init(uid: UInt32, gid: UInt32, additionalGIDs: [UInt32] = [], umask: UInt32 = 0o022) {
        self.uid = uid
        self.gid = gid
        self.additionalGIDs = additionalGIDs
        self.umask = umask
    }

    /// User and group 0.
    package static let root = ProcessUser(uid: 0, gid: 0)
}

/// Where a namespace of a container comes from.
package enum NamespaceSource: Sendable, Equatable {
    /// It is new.
    case own
    /// It is this process's.
    case host
    /// It is another one, by the host path of a file such as `/proc/1/ns/ipc`.
    case path(String)
}

/// The namespaces of a container; its mount namespace is always its own.
package struct SandboxNamespaces: Sendable, Equatable {
    /// System V and POSIX message queues, semaphores and shared memory.
    package var ipc = NamespaceSource.own
    /// Host and domain name.
    package var uts = NamespaceSource.own
    /// The view of control groups.
    package var cgroup = NamespaceSource.own
    /// Process ids: its own or the host's. Also among the host's no process outlives the run.
    package var process = NamespaceSource.own

    /// All of them new.
    package init() {}
}

/// The network that a container sees.
package enum SandboxNetwork: Sendable, Equatable {
    /// The host's.
    case host
    /// Nothing but a loopback device. Also the start for whatever the caller plugs in when it is told the process.
    case none
    /// An existing network namespace, by the host path of a file such as `/proc/1/ns/net`.
    case path(String)
    /// One of its own with a way out.
    case userMode(UserModeNetwork)
}

/// What happens to mount targets that the root lacks.
package enum MountPointPolicy: Sendable, Equatable {
    /// They are made for the run and taken away afterwards, as if never there.
    case createAndRemove
    /// They are made and stay.
    case create
    /// A missing one is an error.
    case requireExisting
}

/// What signals to this process (SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH) mean for a
/// container while it runs.
package enum SignalPolicy: Sendable, Equatable {
    /// The container's first process gets the same signal. As process 1 it does not feel one that it doesn't handle.
    case forward
    /// As above, but those that ask to end kill the container at once; its status is then that signal.
    case kill
}
