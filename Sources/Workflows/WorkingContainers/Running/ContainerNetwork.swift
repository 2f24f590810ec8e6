package import Sandbox
import Synchronization

/// The private network of containers that share host files: connected for the first that requests it, used by all later
/// ones, ended with this object. Containers of several threads may use it at the same time.
package final class ContainerNetwork: Sendable {
    private struct State {
        var namespaceDirectory: String?
        var connection: NetworkConnection?
        /// The reason for using the host's network instead.
        var refusal: String?
    }

    private let directory: String
    private let state = Mutex(State())

    /// - Parameter directory: an existing directory visible only in this process's mount namespace.
    init(in directory: String) {
        self.directory = directory
    }

    /// Starts connecting the network of a confinement, if it is a private one, and returns immediately.
    ///
    /// - Throws: ``SandboxError`` if an explicitly requested network is not available.
    package func begin(_ confinement: StepConfinement, _ isolation: SandboxIsolation) throws {
        if isolation != .chroot { _ = try connection(for: confinement) }
    }

    /// Runs `body` in the network of a process's confinement. If a private one that was not explicitly requested is not
    /// available, the host's is used, with a notice.
    ///
    /// - Parameter body: receives the process to run. With a connection, it waits for that before the command starts;
    ///   if it fails because of the connection, it may be called again without.
    func run(
        _ process: ContainerProcess, _ body: (ContainerProcess, NetworkConnection?) throws -> ExitStatus
    ) throws -> ExitStatus {
        var process = process
        if let connection = try connection(for: process.confinement) {
            process.confinement.network = .userMode(connection.network)
            do {
                return try body(process, connection)
            } catch {
                guard let failure = connection.failure, connection.network.isOptional else { throw error }
                state.withLock { Self.refuse(failure, &$0) }
            }
        }
        if case .userMode = process.confinement.network, let refusal = state.withLock(\.refusal) {
            process.confinement.shareNetwork(because: refusal)
        }
        if let reason = process.confinement.sharingReason { process.confinement.networkNotice?.give(reason) }
        return try body(process, nil)
    }

    private func connection(for confinement: StepConfinement) throws -> NetworkConnection? {
        guard case .userMode(let network) = confinement.network else { return nil }
        return try state.withLock { state in
            if state.refusal != nil, network.isOptional { return nil }
            if let connection = state.connection, connection.isAlive { return connection }
            // The file of an ended connection would block the next one.
            state.connection = nil
            return try connect(network, confinement, &state)
        }
    }

    private func connect(
        _ network: UserModeNetwork, _ confinement: StepConfinement, _ state: inout State
    ) throws -> NetworkConnection? {
        var network = network
        let place = state.namespaceDirectory ?? NetworkNamespaceDirectory.prepare(own: directory)
        state.namespaceDirectory = place
        network.directory = place
        network.settleAddresses()
        network.forwardsNames = try ResolverFile(confinement).asksThroughNetwork
        do throws(SandboxError) {
            state.connection = try NetworkConnection(starting: network)
        } catch {
            guard network.isOptional else { throw error }
            Self.refuse(error, &state)
        }
        return state.connection
    }

    private static func refuse(_ error: SandboxError, _ state: inout State) {
        state.connection = nil
        state.refusal = "a private one cannot be connected (\(error))"
    }
}
