import CLinux
import CSandbox
import Glibc
import LinuxSystem

/// A network namespace with a program that connects it, for the life of this value.
///
/// The program dies with this process, by whatever death, as sandboxed ones do.
struct ConnectedNetworkNamespace: ~Copyable {
    /// The namespace's file, for whoever joins it.
    let namespace: String
    private let program: SandboxProcess

    private static let patience: Int32 = 30_000

    init(_ network: UserModeNetwork) throws(SandboxError) {
        try Self.checkDevice()
        let facts = try HostFacts.read()
        let namespace = "\(network.directory)/netns"
        let socket = "\(network.directory)/slirp4netns.sock"
        let words = try network.arguments(
            namespace: namespace, apiSocket: socket, isMachineRoot: facts.isInitialUserNamespace)
        try Self.makeNamespace(namespace)
        program = try Self.connect(network, words, namespace, socket)
        self.namespace = namespace
    }

    /// Starts the program; where that fails, nothing is left.
    private static func connect(
        _ network: UserModeNetwork, _ words: [String], _ namespace: String, _ socket: String
    ) throws(SandboxError) -> SandboxProcess {
        do throws(SandboxError) {
            let program = try start(words, named: network.program.rawValue)
            guard network.program == .slirp4netns, !network.ports.isEmpty else { return program }
            do throws(SandboxError) {
                try SlirpControl.publish(network.ports, to: network.ownAddress ?? "", socket: socket)
            } catch {
                program.kill()
                _ = try? program.wait()
                throw error
            }
            return program
        } catch {
            removeNamespace(namespace)
            throw error
        }
    }

    deinit {
        program.kill()
        _ = try? program.wait()
        Self.removeNamespace(namespace)
    }

    /// Both programs need this device; they are less clear about it.
    private static func checkDevice() throws(SandboxError) {
        do throws(LinuxError) {
            _ = try OwnedFD.open("/dev/net/tun", O_RDWR)
        } catch {
            let hint =
                error.isMissing
                ? "load the kernel module tun" : "an administrator can allow it with `chmod 0666 /dev/net/tun`"
            throw SandboxError(
                .setup,
                "open /dev/net/tun, which private networks need (\(hint); --network host and none do without)",
                errno: error.code)
        }
    }

    /// A new network namespace with its loopback device up, kept by a file.
    private static func makeNamespace(_ path: String) throws(SandboxError) {
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

    private static func removeNamespace(_ path: String) {
        try? Mounts.unmount(path, detach: true)
        try? Files.removeFile(path)
    }

    /// Starts the program and waits until it says that it is ready.
    private static func start(_ words: [String], named name: String) throws(SandboxError) -> SandboxProcess {
        var ends: [Int32] = [-1, -1]
        let messages = sandbox_memory_file("network")
        guard messages >= 0, linux_pipe2(&ends, LINUX_O_CLOEXEC) == 0 else {
            throw SandboxError(.setup, "start \(name)", errno: messages < 0 ? -messages : EMFILE)
        }
        defer { [messages, ends[0]].forEach { close($0) } }
        let plan = plan(words, readiness: ends[1], messages: messages)
        let started = Result { () throws(SandboxError) in try launch(plan) }
        close(ends[1])
        let program = try started.get()
        var ready = [pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)]
        while poll(&ready, 1, patience) < 0, errno == EINTR {}
        var byte: UInt8 = 0
        guard ready[0].revents & Int16(POLLIN) != 0, read(ends[0], &byte, 1) == 1 else {
            program.kill()
            _ = try program.wait()
            let reason = ready[0].revents == 0 ? "it does not get ready" : lastMessage(messages)
            throw SandboxError(.setup, "\(name) could not connect the network: \(reason)")
        }
        return program
    }

    private static func launch(_ plan: SandboxPlan) throws(SandboxError) -> SandboxProcess {
        let process = try SandboxProcess(starting: plan, namespaces: 0)
        var failure: SandboxError?
        while let message = process.receive(plan) {
            if case .failed(let error) = message { failure = error }
        }
        if let failure {
            _ = try process.wait()
            throw failure
        }
        return process
    }

    private static func plan(_ words: [String], readiness: Int32, messages: Int32) -> SandboxPlan {
        var plan = SandboxPlanBuilder()
        // A terminal's Ctrl-C is for the container.
        plan.add(SANDBOX_SESSION, for: .step("start a session"))
        plan.add(
            SANDBOX_STREAMS, numbers: [UInt64(readiness), .max, UInt64(messages)],
            for: .step("connect the standard streams"))
        plan.add(SANDBOX_CLOSE_DESCRIPTORS, for: .step("close other descriptors"))
        plan.add(SANDBOX_FILE_MASK, numbers: [0o022], for: .step("set the umask"))
        let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
        plan.add(
            SANDBOX_EXECUTE, .vector([words[0]]), .vector(words), .vector(environment),
            numbers: [1, UInt64(words.count), UInt64(environment.count)], for: .command(words[0], isSearched: false))
        return plan.finish()
    }

    /// The last line that is not about the system's log, where these programs write by habit.
    private static func lastMessage(_ file: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = pread(file, &bytes, bytes.count, 0)
        let lines = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).split(separator: "\n")
        return lines.last { !$0.contains("syslog") && !$0.hasPrefix("WARNING") }.map(String.init) ?? "it ended"
    }
}
