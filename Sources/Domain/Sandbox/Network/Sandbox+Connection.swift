extension Sandbox {
    /// Runs a container in a network that may still be being connected: that goes on while the container's file systems are
    /// mounted, and is waited for before its command starts.
    ///
    /// - Parameter connection: takes the place of the specification's network. Where the run fails on its account, it has a
    ///   `failure`.
    /// - Returns, throws: as `run`.
    package static func run(
        _ spec: SandboxSpec, in connection: NetworkConnection, isolation: SandboxIsolation,
        cacheDirectory: String? = nil, prepare: ((Int32) throws -> Void)? = nil
    ) throws(SandboxError) -> ExitStatus {
        var joining = spec
        joining.network = .path(connection.namespace)
        return try run(joining, isolation: isolation, cacheDirectory: cacheDirectory) { process in
            try connection.awaitReadiness()
            try prepare?(process)
        }
    }
}
