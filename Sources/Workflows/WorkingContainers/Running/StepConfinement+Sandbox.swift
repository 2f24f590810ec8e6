import Sandbox

extension StepConfinement {
    /// Applies everything except network and host files to a sandbox's specification.
    func apply(to spec: inout SandboxSpec) throws {
        spec.namespaces = namespaces
        spec.devices = devices
        spec.sysctls = sysctls.filter { isOwnParameter($0.name) }
        let base = try defaultCapabilities.map { try CapabilitySet.union(of: $0) } ?? .standard
        spec.capabilities = ProcessCapabilities(
            granted: try CapabilitySet.resolve(add: addCapabilities, drop: dropCapabilities, base: base),
            added: try CapabilitySet.union(of: addCapabilities), uid: spec.user.uid)
        let security = try SecurityOptions.parse(securityOptions)
        if let label = security.labels.first(where: { $0 != "disable" }) {
            throw WorkingContainerError(.unsupported, "--security-opt label=\(label): SELinux labels are not supported")
        }
        if let profile = security.apparmor, profile != "unconfined" {
            throw WorkingContainerError(
                .unsupported, "--security-opt apparmor=\(profile): AppArmor profiles are not supported")
        }
        security.apply(to: &spec)
        spec.rlimits = try resourceLimits.map { try ResourceLimit(parsing: $0) }
        spec.shmSize = shmSize
    }

    /// Grants all capabilities except those dropped explicitly, and lifts the seccomp filter and the masks of `/proc`
    /// and `/sys`: what `--privileged` and `RUN --security=insecure` ask for.
    package mutating func liftLimits() {
        addCapabilities.append("ALL")
        securityOptions.removeAll { $0.hasPrefix("seccomp=") }
        securityOptions += ["seccomp=unconfined", "unmask=ALL"]
    }

    /// Drops settings without a namespace in chroot isolation: the network is the host's, and so are its kernel
    /// parameters.
    mutating func shareHost() {
        choose(.host)
        sysctls = []
    }

    /// Whether a kernel parameter belongs to one of the container's own namespaces; those of shared ones must not be
    /// set.
    package func isOwnParameter(_ parameter: String) -> Bool {
        if parameter.hasPrefix("net.") { return network != .host }
        if ["kernel.msg", "kernel.sem", "kernel.shm", "fs.mqueue."].contains(where: { parameter.hasPrefix($0) }) {
            return namespaces.ipc == .own
        }
        return parameter == "kernel.domainname" && namespaces.uts == .own
    }
}
