import Glibc
import LinuxSystem

/// A network namespace that a program connects with the host's network, for the life of this object.
///
/// Any number of sandboxes may join it, at once or in turn. The program dies with this process, by whatever death, as
/// sandboxed ones do.
package final class NetworkConnection {
    /// The namespace's file, for whoever joins it.
    package let namespace: String
    /// Why the network could not be connected; nil: it is connected, or nobody has waited for it yet.
    package private(set) var failure: SandboxError?
    /// How it is connected.
    package let network: UserModeNetwork
    private let controlSocket: String
    private let program: UserModeProgram
    private var isReady = false

    /// Makes the namespace and starts the program, which gets ready while others go on.
    ///
    /// - Throws: where the namespace cannot be made or the program not be executed; nothing is left then.
    package init(starting network: UserModeNetwork) throws(SandboxError) {
        if let problem = TunnelDevice.problem {
            throw SandboxError(
                .setup, "a private network needs \(TunnelDevice.path), \(problem); --network host and none do without")
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

    /// Waits until the namespace is connected and the ports lead into it. Costs nothing once that was so.
    package func awaitReadiness() throws(SandboxError) {
        if isReady { return }
        if let failure { throw failure }
        do throws(SandboxError) {
            try program.awaitReadiness()
            if network.program == .slirp4netns, !network.ports.isEmpty {
                try SlirpControl.publish(network.ports, to: network.ownAddress ?? "", socket: controlSocket)
            }
            isReady = true
        } catch {
            failure = error
            throw error
        }
    }

    /// Whether the program still runs.
    package var isAlive: Bool { program.isAlive }

    /// The kernel takes tens of milliseconds to take the tunnel down. Only ports, which somebody may want to use again at
    /// once, are worth waiting for.
    deinit {
        // The programs end by themselves without it, too.
        NetworkNamespace.remove(namespace)
        program.end(waiting: !network.ports.isEmpty)
    }
}
