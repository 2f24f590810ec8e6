import CSandbox
import Glibc
import LinuxSystem

/// Mounts and devices as operations.
extension SandboxSpec {
    func addMounts(to plan: inout SandboxPlanBuilder, _ facts: HostFacts) {
        for standard in standardMounts(facts) {
            add(standard, to: &plan)
            if standard.mount.destination == "/dev" {
                addDevices(to: &plan)
            }
        }
        for (slot, mount) in sortedMounts.enumerated() {
            add(mount, to: &plan, flags: creation, slot: slot < Int(SANDBOX_SLOTS) ? slot : nil)
        }
        if let terminal {
            // The command may ask for the size as soon as it runs.
            let size = terminal.sized()
            plan.add(
                SANDBOX_CONSOLE, numbers: [UInt64(size.rows), UInt64(size.columns), UInt64(user.uid)],
                for: .step("open a terminal"))
        }
    }

    /// Opens the sources of bind mounts before the root is mounted.
    func addSources(to plan: inout SandboxPlanBuilder) {
        for (slot, mount) in sortedMounts.prefix(Int(SANDBOX_SLOTS)).enumerated() {
            guard case .bind(let source) = mount.source else { continue }
            plan.add(
                SANDBOX_OPEN_TREE, .string(source), numbers: [UInt64(slot)],
                flags: mount.isRecursive ? [SANDBOX_RECURSIVE] : [], for: .bind(source, at: mount.destination))
        }
    }

    /// Replaces each source that was already looked up by a detached clone, since descriptors of this process's mount
    /// namespace could not be cloned in the container's.
    func cloningSources() throws(SandboxError) -> SandboxSpec {
        var spec = self
        for (index, mount) in mounts.enumerated() {
            guard case .opened(let source, let name) = mount.source else { continue }
            do throws(LinuxError) {
                let tree = try source.cloneTree(recursive: mount.isRecursive)
                spec.mounts[index].source = .opened(tree, as: name)
            } catch {
                throw SandboxError(.setup, "bind \(name) to \(mount.destination)", errno: error.code)
            }
        }
        return spec
    }

    /// Sorted by depth, otherwise in the given order.
    private var sortedMounts: [SandboxMount] {
        let depth = { (path: String) in path.utf8.count { $0 == UInt8(ascii: "/") } }
        return mounts.enumerated().sorted { left, right in
            let depths = (depth(left.element.destination), depth(right.element.destination))
            return depths.0 == depths.1 ? left.offset < right.offset : depths.0 < depths.1
        }.map(\.element)
    }

    private var creation: [sandbox_flag] { mountPoints == .requireExisting ? [] : [SANDBOX_CREATE] }

    /// Refuses targets that an image has turned into symbolic links, which the kernel would follow: what follows relies
    /// on these mounts being where they appear to be.
    private func add(_ standard: StandardMount, to plan: inout SandboxPlanBuilder) {
        let choices = [standard.mount] + standard.alternatives
        for (index, mount) in choices.enumerated() {
            let isLast = index == choices.count - 1
            let mayFail = !isLast || standard.isOptional
            add(
                mount, to: &plan, flags: creation + [SANDBOX_NO_SYMLINKS] + (mayFail ? [SANDBOX_OPTIONAL] : []),
                skip: choices.count - 1 - index)
        }
    }

    private func add(
        _ mount: SandboxMount, to plan: inout SandboxPlanBuilder, flags: [sandbox_flag], skip: Int = 0, slot: Int? = nil
    ) {
        let numbers = [mount.attributes.rawValue, mount.propagation.flag, UInt64(slot.map { $0 + 1 } ?? 0)]
        switch mount.source {
        case .bind(let source):
            plan.add(
                SANDBOX_BIND, .string(mount.destination), .string(source), numbers: numbers,
                flags: flags + (mount.isRecursive ? [SANDBOX_RECURSIVE] : []), skip: skip,
                for: .bind(source, at: mount.destination))
        case .opened(let tree, let name):
            plan.add(
                SANDBOX_BIND, .string(mount.destination),
                numbers: [mount.attributes.rawValue, mount.propagation.flag, 0, UInt64(clamping: tree.fd) + 1],
                flags: flags + (mount.isRecursive ? [SANDBOX_RECURSIVE] : []), skip: skip,
                for: .bind(name, at: mount.destination))
        case .fileSystem(let type):
            plan.add(
                SANDBOX_MOUNT, .string(mount.destination), .string(type), .list(mount.data), .string(type),
                numbers: numbers, flags: flags, skip: skip, for: .mount(type, at: mount.destination))
        }
    }

    private func addDevices(to plan: inout SandboxPlanBuilder) {
        // A host may lack a standard device, but not one that was requested.
        SandboxDevice.standard.forEach { add($0, to: &plan, flags: [SANDBOX_CREATE, SANDBOX_SKIP_MISSING]) }
        devices.forEach { add($0, to: &plan, flags: [SANDBOX_CREATE]) }
        for (path, content) in Self.deviceLinks {
            plan.add(SANDBOX_SYMLINK, .string(path), .string(content), for: .device(path))
        }
    }

    /// Only root of the host can create devices; others get the host's bind-mounted.
    private func add(_ device: SandboxDevice, to plan: inout SandboxPlanBuilder, flags: [sandbox_flag]) {
        let mode = (device.isBlock ? S_IFBLK : S_IFCHR) | device.mode
        let owner = UInt64(device.uid) | UInt64(device.gid) << 32
        plan.add(
            SANDBOX_NODE, .string(device.path),
            numbers: [UInt64(mode), UInt64(device.major), UInt64(device.minor), owner],
            flags: [SANDBOX_OPTIONAL], skip: 1, for: .device(device.path))
        plan.add(
            SANDBOX_BIND, .string(device.path), .string(device.hostPath), numbers: [0, 0],
            flags: flags, for: .device(device.path))
    }
}

extension SandboxMount.Propagation {
    /// The flag for mount(2), such as MS_PRIVATE.
    var flag: UInt64 {
        switch self {
        case .private: UInt64(MS_PRIVATE)
        case .slave: UInt64(MS_SLAVE)
        case .shared: UInt64(MS_SHARED)
        case .unbindable: UInt64(MS_UNBINDABLE)
        }
    }
}
