import CSandbox
import Glibc
import LinuxSystem

/// The order of operations: first the file systems, seen from outside; then the change of root; then the process's
/// identity, from most to least privileged; then the command.
extension SandboxSpec {
    /// All operations between clone and exec. The specification has been validated.
    func plan(facts: HostFacts, filter: [UInt8]?, sharesHost: Bool = false) -> SandboxPlan {
        var plan = SandboxPlanBuilder()
        let isAmongHosts = !sharesHost && namespaces.process == .host
        if isAmongHosts {
            plan.add(SANDBOX_WATCH_CHILDREN, for: .step("watch processes (the kernel needs CONFIG_PROC_CHILDREN)"))
        }
        addNamespaces(to: &plan, sharesHost: sharesHost)
        addSources(to: &plan)
        addRoot(to: &plan)
        addMounts(to: &plan, facts)
        addRestrictions(to: &plan, facts)
        let flags = noPivot ? [SANDBOX_CHANGE_ROOT] : []
        plan.add(SANDBOX_ENTER_ROOT, flags: flags, for: .step("enter the root file system"))
        addProcess(to: &plan, isAmongHosts: isAmongHosts)
        plan.add(SANDBOX_AWAIT_RELEASE, for: .step("wait for the parent"))
        addPrivileges(to: &plan, facts, filter)
        addCommand(to: &plan)
        return plan.finish()
    }

    /// All operations for a process in the namespaces of a running container. They begin with the wait for the parent, so
    /// that all processes can be moved to the container's control group.
    func plan(joining container: JoinedContainer, facts: HostFacts, filter: [UInt8]?) -> SandboxPlan {
        var plan = SandboxPlanBuilder()
        plan.add(SANDBOX_AWAIT_RELEASE, for: .step("wait for the parent"))
        plan.add(
            SANDBOX_JOIN_CONTAINER,
            numbers: [
                UInt64(clamping: container.process.raw), UInt64(clamping: container.root.fd), container.namespaces,
            ],
            for: .step("join the container"))
        // A PID namespace is joined by the next child.
        plan.add(SANDBOX_INIT, for: .step("start the process"))
        if let terminal {
            let size = terminal.sized()
            plan.add(
                SANDBOX_CONSOLE, numbers: [UInt64(size.rows), UInt64(size.columns), UInt64(user.uid), 1],
                for: .step("open a terminal"))
        }
        addProcess(to: &plan, isAmongHosts: false)
        addPrivileges(to: &plan, facts, filter)
        addCommand(to: &plan)
        return plan.finish()
    }

    /// The flags for clone(2). With `sharesHost` the only new namespaces are those for mounts and processes.
    func cloneFlags(sharesHost: Bool) -> UInt64 {
        var flags = NamespaceFlag.mount
        if sharesHost || namespaces.process == .own { flags |= NamespaceFlag.process }
        if sharesHost { return flags }
        if namespaces.ipc == .own { flags |= NamespaceFlag.ipc }
        if namespaces.uts == .own { flags |= NamespaceFlag.uts }
        if namespaces.cgroup == .own { flags |= NamespaceFlag.cgroup }
        if network == .none { flags |= NamespaceFlag.network }
        return flags
    }

    private func addNamespaces(to plan: inout SandboxPlanBuilder, sharesHost: Bool) {
        // Mounts here do not propagate to the outside; later mounts outside may propagate here.
        plan.add(
            SANDBOX_PROPAGATION, numbers: [UInt64(MS_REC | MS_SLAVE)], for: .step("make the mount namespace private"))
        addName(to: &plan)
        if sharesHost { return }
        for (path, flag) in joinedNamespaces {
            plan.add(SANDBOX_JOIN_NAMESPACE, .string(path), numbers: [flag], for: .namespace(path))
        }
        if network == .none {
            plan.add(SANDBOX_LOOPBACK_UP, flags: [SANDBOX_OPTIONAL], for: .step("bring the loopback device up"))
        }
    }

    /// Sets the name of a namespace of the container's own.
    private func addName(to plan: inout SandboxPlanBuilder) {
        // Inside a container whose seccomp profile forbids it, the outer name remains.
        if namespaces.uts == .own, let hostname {
            plan.add(SANDBOX_HOSTNAME, .string(hostname), flags: [SANDBOX_OPTIONAL], for: .step("set the host name"))
        }
        if namespaces.uts == .own, let domainname {
            plan.add(
                SANDBOX_DOMAINNAME, .string(domainname), flags: [SANDBOX_OPTIONAL], for: .step("set the domain name"))
        }
    }

    private var joinedNamespaces: [(path: String, flag: UInt64)] {
        var joined: [(String, UInt64)] = []
        if case .path(let path) = network { joined.append((path, NamespaceFlag.network)) }
        let others = [
            (namespaces.ipc, NamespaceFlag.ipc), (namespaces.uts, NamespaceFlag.uts),
            (namespaces.cgroup, NamespaceFlag.cgroup),
        ]
        for case (.path(let path), let flag) in others { joined.append((path, flag)) }
        return joined
    }

    /// The root alone, also used for cleaning up afterwards.
    func addRoot(to plan: inout SandboxPlanBuilder) {
        switch rootfs {
        case .directory(let path):
            plan.add(SANDBOX_ROOT_DIRECTORY, .string(path), for: .rootFilesystem(path))
        case .mountedOverlay(let overlay):
            let readOnly: UInt64 = overlay.upper == nil ? 1 : 0
            let purpose = OperationPurpose.rootFilesystem(overlay.target)
            if let options = overlay.optionString {
                plan.add(
                    SANDBOX_ROOT_OVERLAY, .string(overlay.workingDirectory), .string(options),
                    .string(overlay.target), numbers: [readOnly], for: purpose)
            } else {
                plan.add(
                    SANDBOX_ROOT_OVERLAY_LAYERS, .string(overlay.workingDirectory), .list(overlay.optionList),
                    .string(overlay.target), numbers: [readOnly], for: purpose)
            }
        }
    }

    private func addRestrictions(to plan: inout SandboxPlanBuilder, _ facts: HostFacts) {
        for (name, value) in sysctls {
            let path = "/proc/sys/" + String(name.map { $0 == "." ? "/" : $0 })
            plan.add(SANDBOX_WRITE, .string(path), .string(value), for: .step("set \(name)"))
        }
        for path in hiddenPaths(facts) {
            plan.add(SANDBOX_MASK, .string(path), for: .restrict(path))
        }
        for path in readonlyPaths {
            plan.add(SANDBOX_READ_ONLY, .string(path), for: .restrict(path))
        }
        if readOnlyRoot {
            plan.add(SANDBOX_ROOT_READ_ONLY, for: .restrict("/"))
        }
    }

    func addStreams(to plan: inout SandboxPlanBuilder, flags: [sandbox_flag] = []) {
        let streams = [stdio.input, stdio.output, stdio.error].enumerated().map { index, stream -> UInt64 in
            switch stream {
            case .inherit: UInt64(index)
            case .null: UInt64.max
            case .descriptor(let descriptor): UInt64(clamping: descriptor)
            }
        }
        plan.add(SANDBOX_STREAMS, numbers: streams, flags: flags, for: .step("connect the standard streams"))
        plan.add(SANDBOX_CLOSE_DESCRIPTORS, for: .step("close other descriptors"))
    }

    private func addProcess(to plan: inout SandboxPlanBuilder, isAmongHosts: Bool) {
        // The quota may be exhausted by other containers; the outer keyring is unreadable without its owner's id.
        plan.add(SANDBOX_SESSION_KEYRING, flags: [SANDBOX_OPTIONAL], for: .step("join a session keyring"))
        for limit in rlimits {
            plan.add(
                SANDBOX_LIMIT, numbers: [UInt64(limit.resource), limit.soft, limit.hard], for: .limit(limit.name))
        }
        if isAmongHosts {
            plan.add(SANDBOX_SUPERVISE, for: .step("supervise the processes"))
        } else if useInit {
            plan.add(SANDBOX_INIT, for: .step("start init"))
        }
        let flags = terminal == nil ? [] : [SANDBOX_TERMINAL]
        plan.add(SANDBOX_SESSION, flags: flags, for: .step("start a session"))
        addStreams(to: &plan, flags: flags)
        plan.add(
            SANDBOX_DIRECTORY, .string(workingDirectory), numbers: [UInt64(user.uid), UInt64(user.gid)],
            flags: createsWorkingDirectory ? [SANDBOX_DEFERRED, SANDBOX_CREATE] : [SANDBOX_DEFERRED],
            for: .workingDirectory(workingDirectory))
    }

    private func addPrivileges(to plan: inout SandboxPlanBuilder, _ facts: HostFacts, _ filter: [UInt8]?) {
        let sets = capabilities.limited(to: facts.capabilities)
        // With no_new_privs a filter may be loaded last, covering as little of our own code as possible; without, it
        // needs privileges.
        if let filter, !noNewPrivileges { addFilter(filter, to: &plan) }
        plan.add(SANDBOX_BOUNDING, numbers: [sets.bounding.rawValue], for: .step("limit capabilities"))
        if facts.canSetGroups {
            let groups = user.additionalGIDs.flatMap { withUnsafeBytes(of: $0) { Array($0) } }
            plan.add(
                SANDBOX_GROUPS, .raw(groups), numbers: [UInt64(user.additionalGIDs.count)], for: .groups)
        }
        plan.add(
            SANDBOX_USER, numbers: [UInt64(user.uid), UInt64(user.gid)], for: .user(uid: user.uid, gid: user.gid))
        plan.add(
            SANDBOX_CAPABILITIES,
            numbers: [sets.effective, sets.permitted, sets.inheritable, sets.ambient].map(\.rawValue),
            for: .step("set capabilities"))
        // Changing the user has cleared the parent death signal.
        plan.add(SANDBOX_PARENT_DEATH, numbers: [UInt64(SIGKILL)], for: .step("tie the process to its parent"))
        if noNewPrivileges {
            plan.add(SANDBOX_NO_NEW_PRIVILEGES, for: .step("set no_new_privs"))
        }
        plan.add(SANDBOX_FILE_MASK, numbers: [UInt64(user.umask)], for: .step("set the umask"))
        plan.add(SANDBOX_DIRECTORY, .string(workingDirectory), for: .workingDirectory(workingDirectory))
        if let filter, noNewPrivileges { addFilter(filter, to: &plan) }
    }

    private func addFilter(_ filter: [UInt8], to plan: inout SandboxPlanBuilder) {
        plan.add(
            SANDBOX_SECCOMP, .raw(filter), numbers: [UInt64(filter.count / 8)], for: .step("load the seccomp filter"))
    }

    private func addCommand(to plan: inout SandboxPlanBuilder) {
        let command = args.first ?? ""
        let candidates = commandCandidates
        plan.add(
            SANDBOX_EXECUTE, .vector(candidates), .vector(args), .vector(environment),
            numbers: [candidates.count, args.count, environment.count].map { UInt64($0) },
            for: .command(command, isSearched: !command.contains("/")))
    }

    /// Candidate paths of the command: as given, or in the directories of the container's own PATH.
    var commandCandidates: [String] {
        guard let command = args.first, !command.isEmpty else { return [] }
        if command.contains("/") { return [command] }
        let path = environment.last { $0.hasPrefix("PATH=") }?.dropFirst("PATH=".count)
        return (path ?? "").split(separator: ":", omittingEmptySubsequences: true).map { "\($0)/\(command)" }
    }
}

/// CLONE_NEW* of clone(2).
enum NamespaceFlag {
    static let mount: UInt64 = 0x0002_0000
    static let cgroup: UInt64 = 0x0200_0000
    static let uts: UInt64 = 0x0400_0000
    static let ipc: UInt64 = 0x0800_0000
    static let process: UInt64 = 0x2000_0000
    static let network: UInt64 = 0x4000_0000
}
