import CLinux
import CSandbox
import Glibc
import LinuxSystem

/// Removal of created mount points.
extension SandboxRun {
    /// Removes the created mount points, deepest first, if they are still empty, and restores their parents'
    /// modification times.
    ///
    /// This is done in the root as seen by a container, so that an overlay hides entries again as needed.
    func removeMountPoints() throws(SandboxError) {
        guard !created.isEmpty, spec.mountPoints == .createAndRemove else { return }
        spec.forgetUnsyncedRun()
        let plan = removalPlan
        let process = try SandboxProcess(starting: plan, namespaces: NamespaceFlag.mount)
        var failure: SandboxError?
        while let message = process.receive(plan) {
            if case .failed(let error) = message { failure = error }
        }
        _ = try process.wait()
        if let failure { throw failure }
        if case .mountedOverlay(let overlay) = spec.rootfs {
            created.reversed().forEach { overlay.removeRedundantParents(of: $0.path) }
        }
    }

    private var removalPlan: SandboxPlan {
        var plan = SandboxPlanBuilder()
        plan.add(
            SANDBOX_PROPAGATION, numbers: [UInt64(MS_REC | MS_SLAVE)], for: .step("make the mount namespace private"))
        spec.addRoot(to: &plan)
        for entry in created.reversed() {
            let times = [entry.before.seconds, entry.before.nanoseconds, entry.after.seconds, entry.after.nanoseconds]
            plan.add(
                SANDBOX_REMOVE, .raw([0x2f] + entry.path), numbers: times.map { UInt64(bitPattern: $0) },
                flags: [SANDBOX_OPTIONAL] + (entry.isDirectory ? [SANDBOX_IS_DIRECTORY] : []),
                for: .step("remove mount point \(String(decoding: entry.path, as: UTF8.self))"))
        }
        plan.add(SANDBOX_EXIT, numbers: [0], for: .step("exit"))
        return plan.finish()
    }
}

extension SandboxSpec {
    /// A volatile overlay leaves a marker in its work directory that makes the kernel refuse to mount it again. Callers
    /// that requested such an overlay have already accepted that risk.
    func forgetUnsyncedRun() {
        if case .mountedOverlay(let overlay) = rootfs, overlay.volatile, let work = overlay.work {
            try? Files.removeTree(work + "/work/incompat")
        }
    }
}

extension OverlayRoot {
    /// Creating an entry copied its parent directories into the upper directory. Those that are empty and identical to
    /// the lower ones are not changes, and are removed.
    func removeRedundantParents(of path: [UInt8]) {
        guard let upper else { return }
        var components = path.split(separator: 0x2f).map { $0.map { CChar(bitPattern: $0) } }
        while components.count > 1 {
            components.removeLast()
            guard isRedundant(Self.argument(components), upper) else { return }
            guard remove(components, upper) else { return }
        }
    }

    private static func argument(_ components: some Sequence<[CChar]>) -> [CChar] {
        Array(components.joined(separator: [0x2f])) + [0]
    }

    /// Removes a directory if it is empty, preserving its parent's modification time.
    private func remove(_ directory: [[CChar]], _ upper: String) -> Bool {
        guard let name = directory.last, let root = try? RootedDirectory(opening: upper),
            let holder = try? root.openNoSymlinks(
                Self.argument([[0x2e]] + directory.dropLast()), O_RDONLY | LINUX_O_DIRECTORY),
            let before = try? holder.status(), unlinkat(holder.raw, name + [0], LINUX_AT_REMOVEDIR) == 0
        else { return false }
        try? Files.setTimes(fd: holder.raw, access: nil, modification: before.modification)
        return true
    }

    private func isRedundant(_ directory: [CChar], _ upper: String) -> Bool {
        guard let own = status(upper, directory), own.kind == .directory, !hasMarks(directory, upper) else {
            return false
        }
        for layer in lower {
            let root = layer.hasPrefix("/") ? layer : "\(workingDirectory)/\(layer)"
            guard let below = status(root, directory) else { continue }
            return below.kind == .directory && below.mode == own.mode && below.uid == own.uid
                && below.gid == own.gid && below.modification == own.modification
        }
        return false
    }

    /// Never follows links: a layer's content is untrusted.
    private func status(_ root: String, _ path: [CChar]) -> FileStatus? {
        guard let directory = try? RootedDirectory(opening: root),
            let entry = try? directory.openNoSymlinks(path, LINUX_O_PATH | LINUX_O_NOFOLLOW)
        else { return nil }
        return try? entry.status()
    }

    /// Whether it has attributes beyond overlayfs's record of the copied directory.
    private func hasMarks(_ directory: [CChar], _ upper: String) -> Bool {
        guard let root = try? RootedDirectory(opening: upper),
            let opened = try? root.openNoSymlinks(directory, O_RDONLY | LINUX_O_DIRECTORY),
            let names = try? ExtendedAttributes.list(fd: opened.raw)
        else { return true }
        let harmless = ["overlay.origin", "overlay.impure"].flatMap { ["user." + $0, "trusted." + $0] }
        return names.contains { !harmless.contains(String(decoding: $0, as: UTF8.self)) }
    }
}
