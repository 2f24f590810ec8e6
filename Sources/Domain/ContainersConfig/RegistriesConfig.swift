package import ImageModel

/// Registries and short names: containers-registries.conf(5) with its drop-ins and recorded aliases.
package struct RegistriesConfig: Sendable, Equatable {
    /// What happens to a short name that no alias resolves (`short-name-mode`).
    package enum ShortNameMode: String, Sendable {
        /// More than one search registry is an error where nobody can be asked.
        case enforcing
        /// More than one search registry are all tried where nobody can be asked.
        case permissive
        /// All search registries are tried.
        case disabled
    }

    /// An alias's target and the file that says so.
    package struct Alias: Sendable, Equatable {
        /// The repository it stands for, without tag or digest.
        package let target: String
        /// The file it was read from.
        package let file: String
    }

    /// The registries to complete a short name with, in order.
    package var unqualifiedSearch: [String] = []
    /// The file that set `unqualifiedSearch`, or the main file.
    package var unqualifiedSearchFile = ""
    /// Short names and what they stand for.
    package var aliases: [String: Alias] = [:]
    /// Settings by prefix, in the order of the files.
    package var registries: [RegistrySettings] = []
    /// What happens to other short names.
    package var shortNameMode = ShortNameMode.permissive
    /// Credential helpers to ask, in order; `containers-auth.json` stands for the auth files.
    package var credentialHelpers = ["containers-auth.json"]

    /// No registries, no aliases.
    package init() {}

    /// The settings with the longest prefix that `name`, a full reference, is below; nil when there are none.
    package func settings(for name: String) -> RegistrySettings? {
        var best: RegistrySettings?
        for candidate in registries where candidate.matchLength(name) != nil {
            if best.map({ candidate.prefix.utf8.count > $0.prefix.utf8.count }) ?? true { best = candidate }
        }
        return best
    }

    /// Whether `registry` (`host[:port]`) may be reached without verified TLS.
    package func isInsecure(_ reference: ImageReference) -> Bool {
        settings(for: reference.description)?.endpoint.insecure ?? false
    }
}
