extension Sandbox {
    /// Runs a container in a network that may still be being connected: this happens while the container's file systems
    /// are mounted, and is waited for before its command starts.
    ///
    /// - Parameter connection: replaces the specification's network. If the run fails because of it, its `failure` is
    ///   set.
    /// - Returns, throws: like `run`.
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
