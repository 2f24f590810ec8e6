import JSONText

/// `$BUILD_REGISTRY_SOURCES`, with which OpenShift restricts the registries that a build may use: a JSON object with
/// the lists `insecureRegistries`, `blockedRegistries` and `allowedRegistries`, each of `host[:port]`.
package struct RegistrySources: Sendable, Equatable {
    /// May be accessed without verified TLS.
    package var insecure: [String] = []
    /// Must not be used.
    package var blocked: [String] = []
    /// The only ones that may be used; empty: all.
    package var allowed: [String] = []

    /// No restrictions.
    package init() {}

    /// Parses the variable.
    ///
    /// - Throws: ``ConfigError`` if it is not JSON or a list is none: a mistake must not allow more than intended.
    package init(env: ConfigEnvironment) throws(ConfigError) {
        let name = "BUILD_REGISTRY_SOURCES"
        guard let text = env.value(name) else { return }
        guard let object = try ConfigJSON.parse(Array(text.utf8), file: "$\(name)").object else {
            throw ConfigError(.invalidValue, "must be a JSON object", file: "$\(name)")
        }
        func list(_ key: String) throws(ConfigError) -> [String] {
            guard let value = object[key], !value.isNull else { return [] }
            guard let items = value.array, items.allSatisfy({ $0.string != nil }) else {
                throw ConfigError(.invalidValue, "\(key) must be a list of strings", file: "$\(name)")
            }
            return items.compactMap(\.string)
        }
        insecure = try list("insecureRegistries")
        blocked = try list("blockedRegistries")
        allowed = try list("allowedRegistries")
    }

    /// - Throws: ``ConfigError`` with code `refused` for a registry that must not be used.
    package func check(_ registry: String) throws(ConfigError) {
        func denied(_ reason: String) -> ConfigError {
            ConfigError(.refused, "registry \"\(registry)\" denied by policy: \(reason)")
        }
        if blocked.contains(registry) { throw denied("it is in the blocked registries list") }
        if !allowed.isEmpty, !allowed.contains(registry) { throw denied("not in allowed registries list") }
    }
}
