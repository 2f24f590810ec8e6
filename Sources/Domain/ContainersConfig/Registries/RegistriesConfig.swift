package import ImageModel

/// Registries and short names: containers-registries.conf(5) with its drop-ins and recorded aliases.
package struct RegistriesConfig: Sendable, Equatable {
    /// How to handle a short name that no alias resolves (`short-name-mode`).
    package enum ShortNameMode: String, Sendable {
        /// Several search registries are an error if the user cannot be prompted.
        case enforcing
        /// All search registries are tried if the user cannot be prompted.
        case permissive
        /// All search registries are tried.
        case disabled
    }

    /// An alias's target and the file that defines it.
    package struct Alias: Sendable, Equatable {
        /// The target repository, without tag or digest.
        package let target: String
        /// The file from which it was read.
        package let file: String
    }

    /// The registries for completing a short name, in order.
    package var unqualifiedSearch: [String] = []
    /// The file that set `unqualifiedSearch`, or the main file.
    package var unqualifiedSearchFile = ""
    /// The aliases of short names.
    package var aliases: [String: Alias] = [:]
    /// Settings by prefix, in the order of the files.
    package var registries: [RegistrySettings] = []
    /// How to handle other short names.
    package var shortNameMode = ShortNameMode.permissive
    /// Credential helpers to ask, in order; `containers-auth.json` means the auth files.
    package var credentialHelpers = ["containers-auth.json"]

    /// The files read, in order.
    package var files: [String] = []
    /// The places of configuration files, whether there are any, for messages.
    var searched: [String] = []

    /// Without registries and aliases.
    package init() {}

    /// The settings with the longest prefix of `name`, a full reference; nil if there are none.
    package func settings(for name: String) -> RegistrySettings? {
        var best: RegistrySettings?
        for candidate in registries where candidate.matchLength(name) != nil {
            if best.map({ candidate.prefix.utf8.count > $0.prefix.utf8.count }) ?? true { best = candidate }
        }
        return best
    }

    /// Whether the registry of `reference` may be accessed without verified TLS.
    package func isInsecure(_ reference: ImageReference) -> Bool {
        settings(for: reference.description)?.endpoint.insecure ?? false
    }
}
