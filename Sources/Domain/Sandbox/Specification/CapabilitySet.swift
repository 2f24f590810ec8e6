/// A set of Linux capabilities (capabilities(7)).
package struct CapabilitySet: OptionSet, Sendable, Hashable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// In the order of the kernel's numbers, without the prefix `CAP_`.
    private static let names = [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
        "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
        "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
        "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
        "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
        "CHECKPOINT_RESTORE",
    ]

    /// Every capability known to this program.
    package static let all = CapabilitySet(rawValue: (1 << UInt64(names.count)) - 1)

    /// The default capabilities of containers: the same as with Podman.
    package static let standard: CapabilitySet = [
        .named("CHOWN"), .named("DAC_OVERRIDE"), .named("FOWNER"), .named("FSETID"), .named("KILL"),
        .named("NET_BIND_SERVICE"), .named("SETFCAP"), .named("SETGID"), .named("SETPCAP"), .named("SETUID"),
        .named("SYS_CHROOT"),
    ]

    /// The capability with this name, case-insensitive, with or without `CAP_`; nil if there is none.
    package init?(name: String) {
        var upper = name.uppercased()
        if upper.hasPrefix("CAP_") {
            upper.removeFirst("CAP_".count)
        }
        guard let number = Self.names.firstIndex(of: upper) else { return nil }
        self.init(rawValue: 1 << UInt64(number))
    }

    private static func named(_ name: String) -> CapabilitySet {
        CapabilitySet(name: name) ?? []
    }

    /// The names with prefix (`CAP_CHOWN`), in the kernel's order.
    package var capabilityNames: [String] {
        Self.names.indices.filter { rawValue >> UInt64($0) & 1 == 1 }.map { "CAP_" + Self.names[$0] }
    }
}

extension CapabilitySet {
    /// Applies `--cap-add` and `--cap-drop` to a set: `ALL` means every capability, dropping `ALL` leaves only the
    /// added ones. An unknown name, or one both added and dropped, is an error of code `unknownOption`.
    package static func resolve(
        add: [String], drop: [String], base: CapabilitySet = .standard
    ) throws(SandboxError) -> CapabilitySet {
        let added = try union(of: add)
        let dropped = try union(of: drop)
        let addsAll = add.contains(where: isAll)
        let dropsAll = drop.contains(where: isAll)
        if addsAll, dropsAll {
            throw SandboxError(.unknownOption, "adding all capabilities and dropping all capabilities is not allowed")
        }
        if dropsAll { return added }
        if addsAll { return CapabilitySet.all.subtracting(dropped) }
        if let both = added.intersection(dropped).capabilityNames.first {
            throw SandboxError(.unknownOption, "capability \"\(both)\" cannot be dropped and added")
        }
        return base.subtracting(dropped).union(added)
    }

    /// The set of the named capabilities; `ALL` means every capability.
    package static func union(of names: [String]) throws(SandboxError) -> CapabilitySet {
        var set: CapabilitySet = []
        for name in names {
            guard let one = isAll(name) ? .all : CapabilitySet(name: name) else {
                throw SandboxError(.unknownOption, "unknown capability \"\(name)\"")
            }
            set.formUnion(one)
        }
        return set
    }

    private static func isAll(_ name: String) -> Bool { name.uppercased() == "ALL" }
}

/// The five capability sets of a process.
package struct ProcessCapabilities: Sendable, Equatable {
    /// See capabilities(7).
    package var bounding, effective, permitted, inheritable, ambient: CapabilitySet

    /// Creates explicit sets.
    package init(
        bounding: CapabilitySet, effective: CapabilitySet, permitted: CapabilitySet, inheritable: CapabilitySet,
        ambient: CapabilitySet
    ) {
        self.bounding = bounding
        self.effective = effective
        self.permitted = permitted
        self.inheritable = inheritable
        self.ambient = ambient
    }

    /// The sets that Podman uses: root has all granted ones; other users only those added by name, which are kept
    /// across exec.
    package init(granted: CapabilitySet, added: CapabilitySet, uid: UInt32) {
        let own = uid == 0 ? granted : added.intersection(granted)
        self.init(
            bounding: granted, effective: own, permitted: own, inheritable: uid == 0 ? [] : own,
            ambient: uid == 0 ? [] : own)
    }

    /// Without those that this process lacks and so cannot grant.
    func limited(to available: CapabilitySet) -> ProcessCapabilities {
        ProcessCapabilities(
            bounding: bounding.intersection(available), effective: effective.intersection(available),
            permitted: permitted.intersection(available), inheritable: inheritable.intersection(available),
            ambient: ambient.intersection(available))
    }
}
