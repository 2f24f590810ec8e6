import Glibc
import LinuxSystem
import Synchronization

/// A network namespace connected to the host's network by a program, for the lifetime of this object.
///
/// Any number of sandboxes may join it, concurrently or one after another. Like sandboxed processes, the program is
/// killed when this process dies, however that happens.
///
/// `@unchecked Sendable`: what changes is in `progress`; the program itself can be asked by any thread.
package final class NetworkConnection: @unchecked Sendable {
    private struct Progress {
        var isReady = false
        var failure: SandboxError?
    }

    /// The namespace's file, for joining it.
    package let namespace: String
    /// Why the network could not be connected; nil if it is connected or has not been waited for yet.
    package var failure: SandboxError? { progress.withLock(\.failure) }
    /// How it is connected.
    package let network: UserModeNetwork
    private let controlSocket: String
    private let program: UserModeProgram
    private let progress = Mutex(Progress())

    /// Creates the namespace and starts the program without waiting until it is ready.
    ///
    /// - Throws: if the namespace cannot be created or the program cannot be executed; nothing is left behind then.
    package init(starting network: UserModeNetwork) throws(SandboxError) {
        if let problem = TunnelDevice.problem {
            throw SandboxError(
                .setup,
                "a private network needs \(TunnelDevice.path), \(problem); --network host and none do not need it")
        }
        let facts = try HostFacts.read()
        let namespace = "\(network.directory)/netns"
        let socket = "\(network.directory)/slirp4netns.sock"
        let words = try network.arguments(
            namespace: namespace, apiSocket: socket, isMachineRoot: facts.isInitialUserNamespace)
        try NetworkNamespace.make(keptBy: namespace)
        do throws(SandboxError) {
            program = try UserModeProgram(words, named: network.program.rawValue)
        } catch {
            NetworkNamespace.remove(namespace)
            throw error
        }
        self.network = network
        self.namespace = namespace
        controlSocket = socket
    }

    /// Waits until the namespace is connected and the ports are forwarded. Returns immediately from then on.
    package func awaitReadiness() throws(SandboxError) {
        let failure = progress.withLock { progress in
            if progress.isReady || progress.failure != nil { return progress.failure }
            do throws(SandboxError) {
                try connect()
                progress.isReady = true
            } catch {
                progress.failure = error
            }
            return progress.failure
        }
        if let failure { throw failure }
    }

    private func connect() throws(SandboxError) {
        try program.awaitReadiness()
        if network.program == .slirp4netns, !network.ports.isEmpty {
            try SlirpControl.publish(network.ports, to: network.ownAddress ?? "", socket: controlSocket)
        }
    }

    /// Whether the program is still running.
    package var isAlive: Bool { program.isAlive }

    /// The kernel needs tens of milliseconds to remove the tunnel. Only published ports, which may be needed again
    /// immediately, are worth waiting for.
    deinit {
        // The programs also exit by themselves without it.
        NetworkNamespace.remove(namespace)
        program.end(waiting: !network.ports.isEmpty)
    }
}
