/// The complete description of one container process: its environment, identity and privileges.
///
/// Maps one to one onto an OCI runtime-spec `config.json` (`runtimeSpecJSON()`). "Host" paths refer to the calling
/// process's mount namespace, all others to the container's.
package struct SandboxSpec: Sendable {
    /// The root file system.
    package var rootfs: RootFilesystem
    /// The command and its arguments. A command without a slash is looked up in `PATH` of `environment`.
    package var args: [String]
    /// The complete environment, `NAME=value` each.
    package var environment: [String]
    /// The command's initial directory: an existing absolute path.
    package var workingDirectory = "/"
    /// Whether the directory is created where it is missing from a mount.
    package var createsWorkingDirectory = false
    /// The user and groups it runs as.
    package var user = ProcessUser.root
    /// The container's host name; nil keeps the host's.
    package var hostname: String?
    /// The NIS domain name; nil keeps the host's.
    package var domainname: String?
    /// Mounts in addition to the standard ones, performed by depth of their destination; one at the destination of a
    /// standard mount replaces that and those below it.
    package var mounts: [SandboxMount] = []
    /// Devices in addition to the standard ones; not created if a mount of the specification replaces `/dev`.
    package var devices: [SandboxDevice] = []
    /// The sources of the container's namespaces.
    package var namespaces = SandboxNamespaces()
    /// Its network.
    package var network = SandboxNetwork.host
    /// Its capabilities.
    package var capabilities = ProcessCapabilities(granted: .standard, added: [], uid: 0)
    /// The system calls it may use.
    package var seccomp = SeccompPolicy.standard
    /// Masked paths.
    package var maskedPaths = SandboxSpec.standardMaskedPaths
    /// Whether more of /sys is masked if it is the host's own and the container is not root of the host.
    package var hidesHostKernel = true
    /// Read-only paths.
    package var readonlyPaths = SandboxSpec.standardReadonlyPaths
    /// Whether the root is mounted read-only.
    package var readOnlyRoot = false
    /// Whether set-user-id files and file capabilities have no effect.
    package var noNewPrivileges = false
    /// Resource limits; others are inherited. A hard limit that cannot be raised is left unchanged.
    package var rlimits: [ResourceLimit] = []
    /// Kernel parameters (`net.ipv4.ip_forward`) in the container's namespaces.
    package var sysctls: [(name: String, value: String)] = []
    /// Its standard streams; not used with a terminal.
    package var stdio = StandardStreams()
    /// A terminal of its own, connected to this process's standard input and output.
    package var terminal: TerminalRequest?
    /// Whether process 1 is a minimal init, which reaps orphans and forwards signals, instead of the command itself.
    package var useInit = false
    /// Whether to use chroot because pivot_root(2) does not accept the root, such as on an initial RAM disk.
    package var noPivot = false
    /// What to do about missing mount targets.
    package var mountPoints = MountPointPolicy.createAndRemove
    /// The size of `/dev/shm` in bytes.
    package var shmSize: UInt64 = 65_536_000
    /// How signals to this process affect the container.
    package var signals = SignalPolicy.forward
    /// Ends it before its time; nil if nobody does.
    package var cancellation: RunCancellation?
    /// Called once the command runs.
    package var started: (@Sendable () -> Void)?
    /// Receives, and then owns, the controller of the terminal; nil: it is connected to this process's standard streams.
    package var consoleReceiver: (@Sendable (Int32) -> Void)?
    /// Annotations for hooks and runtimes.
    package var annotations: [(name: String, value: String)] = []

    /// A container with the given root and command and defaults for everything else.
    package init(rootfs: RootFilesystem, args: [String], environment: [String]) {
        self.rootfs = rootfs
        self.args = args
        self.environment = environment
    }
}

/// The user and groups of a process, in ids of the container.
package struct ProcessUser: Sendable, Equatable {
    /// User and primary group.
    package var uid, gid: UInt32
    /// Supplementary groups. Left unchanged if the user namespace forbids changing them.
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

/// The source of a container's namespace.
package enum NamespaceSource: Sendable, Equatable {
    /// A new namespace.
    case own
    /// This process's namespace.
    case host
    /// An existing namespace, by the host path of a file such as `/proc/1/ns/ipc`.
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
    /// Process ids: its own or the host's. Even with the host's, no process outlives the run.
    package var process = NamespaceSource.own

    /// All namespaces are new.
    package init() {}
}

/// The network of a container.
package enum SandboxNetwork: Sendable, Equatable {
    /// The host's network.
    case host
    /// Only a loopback device. Also the initial state if the caller connects a network once it knows the process.
    case none
    /// An existing network namespace, by the host path of a file such as `/proc/1/ns/net`.
    case path(String)
    /// Its own network, connected to the outside.
    case userMode(UserModeNetwork)
}

/// What to do about missing mount targets.
package enum MountPointPolicy: Sendable, Equatable {
    /// They are created for the run and removed afterwards without a trace.
    case createAndRemove
    /// They are created and kept.
    case create
    /// Missing ones are an error.
    case requireExisting
}

/// How signals to this process (SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH) affect a
/// container while it runs.
package enum SignalPolicy: Sendable, Equatable {
    /// The signal is forwarded to the container's first process. As process 1 it ignores signals without a handler.
    case forward
    /// Like `forward`, but signals that request termination kill the container; its status is then that signal.
    case kill
}
