package import Sandbox

/// The private network of containers that have their host files from one place: connected when the first of them asks for
/// it, shared by all that follow, ended with this object.
package final class ContainerNetwork {
    private let directory: String
    private var namespaceDirectory: String?
    private var connection: NetworkConnection?
    /// Why the host's network is used instead.
    private var refusal: String?

    /// - Parameter directory: an existing directory that is seen in this process's mount namespace alone.
    init(in directory: String) {
        self.directory = directory
    }

    /// Begins to connect the network that a confinement asks for, if it is a private one, and returns at once.
    ///
    /// - Throws: ``SandboxError`` where a network that was demanded cannot be had.
    package func begin(_ confinement: StepConfinement, _ isolation: SandboxIsolation) throws {
        if isolation != .chroot { _ = try connection(for: confinement) }
    }

    /// Runs something in the network that a process's confinement asks for. Where a private one that nobody has demanded
    /// cannot be had, that is the host's, and is told.
    ///
    /// - Parameter body: given the process as it is to be run. With a connection it waits for that before the command
    ///   starts; where it fails because of the connection, it may be called again without.
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
        // The file of one that has ended is in the way of the next.
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
