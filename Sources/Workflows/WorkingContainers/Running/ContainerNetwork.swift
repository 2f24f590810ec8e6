package import Sandbox

/// The private network of containers that share host files: connected for the first that requests it, used by all later
/// ones, ended with this object.
package final class ContainerNetwork {
    private let directory: String
    private var namespaceDirectory: String?
    private var connection: NetworkConnection?
    /// The reason for using the host's network instead.
    private var refusal: String?

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
                refuse(failure)
            }
        }
        if case .userMode = process.confinement.network, let refusal {
            process.confinement.shareNetwork(because: refusal)
        }
        if let reason = process.confinement.sharingReason { process.confinement.networkNotice?.give(reason) }
        return try body(process, nil)
    }

    private func connection(for confinement: StepConfinement) throws -> NetworkConnection? {
        guard case .userMode(var network) = confinement.network else { return nil }
        if refusal != nil, network.isOptional { return nil }
        if let connection, connection.isAlive { return connection }
        // The file of an ended connection would block the next one.
        connection = nil
        let place = namespaceDirectory ?? NetworkNamespaceDirectory.prepare(own: directory)
        namespaceDirectory = place
        network.directory = place
        network.settleAddresses()
        network.forwardsNames = try ResolverFile(confinement).asksThroughNetwork
        do throws(SandboxError) {
            connection = try NetworkConnection(starting: network)
        } catch {
            guard network.isOptional else { throw error }
            refuse(error)
        }
        return connection
    }

    private func refuse(_ error: SandboxError) {
        connection = nil
        refusal = "a private one cannot be connected (\(error))"
    }
}
