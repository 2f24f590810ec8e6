/// What a token permits: `repository:NAME:ACTIONS` (Docker's token authentication specification).
struct RegistryScope: Sendable, Hashable, CustomStringConvertible {
    /// The repository in its registry.
    let repository: String
    /// `pull`, `pull,push`, `*`.
    let actions: String

    static func pull(_ repository: String) -> RegistryScope { RegistryScope(repository: repository, actions: "pull") }
    static func push(_ repository: String) -> RegistryScope {
        RegistryScope(repository: repository, actions: "pull,push")
    }
    static func delete(_ repository: String) -> RegistryScope { RegistryScope(repository: repository, actions: "*") }

    var description: String { "repository:\(repository):\(actions)" }
}
