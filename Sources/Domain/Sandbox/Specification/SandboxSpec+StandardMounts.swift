import LinuxSystem

/// The standard mounts of every container, as with Podman.
extension SandboxSpec {
    /// The default masked paths: they reveal, or act on, the host.
    package static let standardMaskedPaths =
        [
            "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
            "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/fs/selinux",
            "/sys/dev/block", "/sys/devices/virtual/powercap",
        ] + thermalPaths

    /// The throttling statistics of each CPU, which reveal the load of others.
    private static var thermalPaths: [String] {
        let processors = "/sys/devices/system/cpu"
        let names = (try? Files.entries(ofDirectory: processors).map(\.text).sorted()) ?? []
        return names.filter { $0.hasPrefix("cpu") && $0.dropFirst(3).allSatisfy(\.isNumber) && $0.count > 3 }
            .map { "\(processors)/\($0)/thermal_throttle" }.filter { Files.exists($0) }
    }

    /// The part of the host's /sys that is masked if the container sees that without being root of the host: the
    /// kernel's settings and traces.
    static let hostKernelPath = "/sys/kernel"

    /// All masked paths.
    func hiddenPaths(_ facts: HostFacts) -> [String] {
        let needsMore = hidesHostKernel && sharesHostSystem(facts) && !isReplaced("/sys")
        return maskedPaths + (needsMore ? [Self.hostKernelPath] : [])
    }

    /// sysfs shows the network namespace's devices and can only be mounted by its owner.
    private func sharesHostSystem(_ facts: HostFacts) -> Bool {
        !facts.isInitialUserNamespace && network == .host
    }

    /// The default read-only paths.
    package static let standardReadonlyPaths = [
        "/proc/asound", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
    ]

    /// The mount points of the standard mounts and of the files that are usually provided. With a root that contains
    /// all of them, for instance in its bottom layer, no mount points need to be created and removed for each run.
    /// Files are empty, with mode 0644; directories, parents first, have mode 0755; all are owned by root.
    package static var standardMountPoints: (directories: [String], files: [String]) {
        (
            ["/dev", "/etc", "/proc", "/run", "/sys"],
            ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/run/.containerenv"]
        )
    }

    /// A mount with fallbacks if the kernel refuses it.
    struct StandardMount {
        var mount: SandboxMount
        var alternatives: [SandboxMount] = []
        /// Whether the container runs without it if all of them fail.
        var isOptional = false
    }

    private static let closed: MountAttributes = [.noSuid, .noExec, .noDevices]

    /// The standard mounts not replaced by mounts of the specification, in order.
    func standardMounts(_ facts: HostFacts) -> [StandardMount] {
        let all = [processes, system(facts), controlGroups(facts)] + deviceMounts(facts)
        return all.filter { !isReplaced($0.mount.destination) }
    }

    /// Whether the specification mounts something here or on a parent directory.
    func isReplaced(_ path: String) -> Bool {
        mounts.contains { path == $0.destination || path.hasPrefix($0.destination + "/") }
    }

    /// A new /proc may be refused in a container whose own /proc is partly masked: then that one is shared.
    private var processes: StandardMount {
        let shared = SandboxMount(.bind("/proc"), at: "/proc", attributes: Self.closed, isRecursive: true)
        return StandardMount(
            mount: SandboxMount(.fileSystem("proc"), at: "/proc", attributes: Self.closed), alternatives: [shared])
    }

    private func system(_ facts: HostFacts) -> StandardMount {
        let attributes = Self.closed.union(.readOnly)
        let own = SandboxMount(.fileSystem("sysfs"), at: "/sys", attributes: attributes)
        let shared = SandboxMount(.bind("/sys"), at: "/sys", attributes: attributes, isRecursive: true)
        return sharesHostSystem(facts)
            ? StandardMount(mount: shared) : StandardMount(mount: own, alternatives: [shared])
    }

    /// With version 1 control groups an empty directory hides the host's hierarchy.
    private func controlGroups(_ facts: HostFacts) -> StandardMount {
        let attributes = Self.closed.union(.readOnly)
        let type = facts.hasUnifiedControlGroups && namespaces.cgroup == .own ? "cgroup2" : "tmpfs"
        let empty = SandboxMount(.fileSystem("tmpfs"), at: "/sys/fs/cgroup", attributes: attributes)
        return StandardMount(
            mount: SandboxMount(.fileSystem(type), at: "/sys/fs/cgroup", attributes: attributes),
            alternatives: type == "tmpfs" ? [] : [empty], isOptional: true)
    }

    private func deviceMounts(_ facts: HostFacts) -> [StandardMount] {
        let terminals =
            ["newinstance", "ptmxmode=0666", "mode=0620"] + (facts.mapsTerminalGroup ? ["gid=5"] : [])
        return [
            StandardMount(
                mount: .tmpfs(at: "/dev", attributes: [.noSuid, .strictAccessTime], ["mode=755", "size=65536k"])),
            StandardMount(
                mount: SandboxMount(
                    .fileSystem("devpts"), at: "/dev/pts", attributes: [.noSuid, .noExec], data: terminals),
                alternatives: [
                    SandboxMount(
                        .bind("/dev/pts"), at: "/dev/pts", attributes: [.noSuid, .noExec], isRecursive: true)
                ]),
            StandardMount(
                mount: SandboxMount(.fileSystem("mqueue"), at: "/dev/mqueue", attributes: Self.closed),
                alternatives: [
                    SandboxMount(.bind("/dev/mqueue"), at: "/dev/mqueue", attributes: Self.closed, isRecursive: true)
                ], isOptional: true),
            StandardMount(mount: sharedMemory),
        ]
    }

    /// Shared memory belongs to the IPC namespace.
    private var sharedMemory: SandboxMount {
        namespaces.ipc != .host
            ? .tmpfs(at: "/dev/shm", attributes: Self.closed, ["mode=1777", "size=\(shmSize)"])
            : SandboxMount(.bind("/dev/shm"), at: "/dev/shm", attributes: Self.closed, isRecursive: true)
    }

    /// Links in /dev (runtime-spec, config-linux.md, Dev symbolic links).
    static let deviceLinks: [(path: String, content: String)] = [
        ("/dev/fd", "/proc/self/fd"), ("/dev/stdin", "/proc/self/fd/0"), ("/dev/stdout", "/proc/self/fd/1"),
        ("/dev/stderr", "/proc/self/fd/2"), ("/dev/core", "/proc/kcore"), ("/dev/ptmx", "pts/ptmx"),
    ]
}
