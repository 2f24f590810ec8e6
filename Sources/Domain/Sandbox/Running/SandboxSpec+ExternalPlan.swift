import CSandbox
import Glibc
import JSONText
import LinuxSystem

/// Running an external runtime: it is executed with the root already mounted, in its own pid namespace, so that no
/// process it leaves behind survives.
extension SandboxSpec {
    /// Writes the bundle and plans the start of the runtime.
    func plan(
        for runtime: ExternalRuntime, facts: HostFacts, seccomp: JSONValue?
    ) throws(SandboxError) -> SandboxPlan {
        let places = runtime.bundle + "/mounts"
        let configuration = withInheritedLimits.naming(sourcesBelow: places)
            .runtimeSpecJSON(facts: facts, seccomp: seccomp).serialized()
        do {
            try makePlaces(below: places)
            try Files.replaceFile(runtime.bundle + "/config.json", with: configuration, synchronize: false)
            try Files.removeTree(runtime.logFile)
        } catch {
            throw SandboxError(.runtime, "write the bundle for \(runtime.path): \(error)")
        }
        var plan = SandboxPlanBuilder()
        plan.add(
            SANDBOX_PROPAGATION, numbers: [UInt64(MS_REC | MS_SLAVE)], for: .step("make the mount namespace private"))
        addRoot(to: &plan)
        addTargets(to: &plan, facts)
        // The runtime refers to its processes by their pids in its own namespace.
        plan.add(SANDBOX_ROOT_OF_HOST, for: .step("open the host's root"))
        addSources(at: places, to: &plan)
        plan.add(
            SANDBOX_MOUNT, .string("/proc"), .string("proc"), .none, .string("proc"), numbers: [0xe],
            for: .mount("proc", at: "/proc"))
        addStreams(to: &plan)
        plan.add(SANDBOX_AWAIT_RELEASE, for: .step("wait for the parent"))
        plan.add(
            SANDBOX_EXECUTE, .vector([runtime.path]), .vector(runtime.arguments), .vector(runtime.environment),
            numbers: [1, UInt64(runtime.arguments.count), UInt64(runtime.environment.count)],
            for: .command(runtime.path, isSearched: false))
        return plan.finish()
    }

    /// A runtime only accepts paths: handles are mounted in the bundle's private directory, and referred to by those
    /// paths.
    private func naming(sourcesBelow places: String) -> SandboxSpec {
        var spec = self
        for (index, mount) in mounts.enumerated() {
            if case .opened = mount.source { spec.mounts[index].source = .bind("\(places)/\(index)") }
        }
        return spec
    }

    private func makePlaces(below places: String) throws(LinuxError) {
        try Files.removeTree(places)
        try Files.makeDirectory(places, mode: 0o755)
        for (index, mount) in mounts.enumerated() {
            guard case .opened = mount.source else { continue }
            if mount.isDirectory {
                try Files.makeDirectory("\(places)/\(index)", mode: 0o755)
            } else {
                try Files.replaceFile("\(places)/\(index)", with: [], mode: 0o644, synchronize: false)
            }
        }
    }

    private func addSources(at places: String, to plan: inout SandboxPlanBuilder) {
        for (index, mount) in mounts.enumerated() {
            guard case .opened(let tree, let name) = mount.source else { continue }
            plan.add(
                SANDBOX_BIND, .string("\(places)/\(index)"), numbers: [0, 0, 0, UInt64(clamping: tree.fd) + 1],
                flags: mount.isRecursive ? [SANDBOX_RECURSIVE] : [], for: .bind(name, at: mount.destination))
        }
    }

    /// Go programs raise their own soft limit of open files, and with it the command's, unless it is set explicitly.
    private var withInheritedLimits: SandboxSpec {
        let text = String(decoding: (try? Files.readFile("/proc/self/limits", limit: 1 << 16)) ?? [], as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("Max open files") } ?? ""
        let values = line.split(separator: " ").compactMap { UInt64($0) }
        guard !rlimits.contains(where: { $0.name == "nofile" }), values.count == 2,
            let files = try? ResourceLimit("nofile", soft: values[0], hard: values[1])
        else { return self }
        var spec = self
        spec.rlimits.append(files)
        return spec
    }

    /// A runtime also creates missing targets, but neither reports nor removes them.
    private func addTargets(to plan: inout SandboxPlanBuilder, _ facts: HostFacts) {
        guard mountPoints != .requireExisting else { return }
        let tops = ["/proc", "/sys", "/dev"].map { SandboxMount.tmpfs(at: $0) }
        for mount in tops + mounts {
            plan.add(
                SANDBOX_MAKE_TARGET, .string(mount.destination),
                flags: [SANDBOX_CREATE] + (mount.isDirectory ? [SANDBOX_IS_DIRECTORY] : []),
                for: .mount("target", at: mount.destination))
        }
    }
}

extension ExternalRuntime {
    /// Why the runtime could not start the command, from its log; nil when it could.
    ///
    /// Runtimes exit with 1 then, as the command may, too.
    func failure() -> SandboxError? {
        guard let bytes = try? Files.readFileIfPresent(logFile, limit: 1 << 20) else { return nil }
        let messages = bytes.split(separator: UInt8(ascii: "\n")).compactMap { line -> String? in
            guard let json = try? JSONValue(parsing: line), json["level"]?.string == "error" else { return nil }
            return json["msg"]?.string
        }
        guard let message = messages.last else { return nil }
        let lowered = message.lowercased()
        let concernsCommand = lowered.contains("executable") || lowered.contains("exec ") || lowered.contains("exec:")
        let code: SandboxError.Code =
            if concernsCommand, lowered.contains("not found") || lowered.contains("no such file") {
                .commandNotFound
            } else if concernsCommand, lowered.contains("permission denied") || lowered.contains("format error") {
                .commandNotExecutable
            } else {
                .runtime
            }
        return SandboxError(code, message)
    }
}

extension SandboxMount {
    fileprivate var isDirectory: Bool {
        switch source {
        case .bind(let path): (try? Files.status(path, followSymlinks: true).kind) == .directory
        case .opened(let handle, _): (try? handle.status().kind) == .directory
        case .fileSystem: true
        }
    }
}
