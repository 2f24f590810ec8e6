package import ContainerStore

extension ContainerDefinition {
    /// What a container's keeper does for it.
    package struct Supervision: Sendable, Codable, Equatable {
        /// `k8s-file`, `json-file` (its other name), `none`, or `passthrough`, which only exists in the foreground.
        package var logDriver = "k8s-file"
        /// The log's path; nil: beside the container.
        package var logPath: String?
        /// The size of the log at which a new one is begun, in bytes.
        package var logLimit: Int64?
        /// `no`, `always`, `unless-stopped` or `on-failure`.
        package var restartPolicy = "no"
        /// How often `on-failure` restarts it.
        package var restartLimit: Int?
        /// The keys that detach from it; nil: as configured.
        package var detachKeys: String?

        package init() {}

        /// Whether its output is written to a file that can be read again.
        package var keepsLog: Bool { logDriver == "k8s-file" || logDriver == "json-file" }
    }
}

extension ManagedContainer {
    /// The path of its log.
    package func logPath(in store: ContainerStore) throws -> String {
        try definition.supervision?.logPath ?? "\(store.containerDirectory(id))/ctr.log"
    }
}
