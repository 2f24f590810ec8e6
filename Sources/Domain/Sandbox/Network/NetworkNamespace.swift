import CSandbox
import LinuxSystem

/// Network namespaces kept alive by a file, without a process inside.
enum NetworkNamespace {
    /// Creates a namespace with its loopback device up.
    static func make(keptBy path: String) throws(SandboxError) {
        var plan = SandboxPlanBuilder()
        plan.add(SANDBOX_LOOPBACK_UP, flags: [SANDBOX_OPTIONAL], for: .step("bring the loopback device up"))
        plan.add(SANDBOX_AWAIT_RELEASE, for: .step("wait for the parent"))
        plan.add(SANDBOX_EXIT, numbers: [0], for: .step("exit"))
        let holder = try SandboxProcess(starting: plan.finish(), namespaces: NamespaceFlag.network)
        let kept = Result { () throws(LinuxError) in
            try Files.replaceFile(path, with: [], mode: 0o600, synchronize: false)
            try Mounts.bind(from: "/proc/\(holder.pid)/ns/net", to: path, recursive: false)
        }
        holder.release()
        _ = try holder.wait()
        if case .failure(let error) = kept {
            throw SandboxError(.setup, "keep the network namespace: \(error)")
        }
    }

    /// Releases a namespace, which disappears with the last process inside.
    static func remove(_ path: String) {
        try? Mounts.unmount(path, detach: true)
        try? Files.removeFile(path)
    }
}
