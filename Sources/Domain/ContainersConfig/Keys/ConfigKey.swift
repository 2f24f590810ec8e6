import TOMLText

/// A key of a configuration file, and what this tool does with it. `docs/configuration.md` has the same list.
package struct ConfigKey: Sendable, Equatable {
    /// A kind of configuration file.
    package enum File: String, Sendable, CaseIterable {
        case containers = "containers.conf"
        case storage = "storage.conf"
        case registries = "registries.conf"
    }

    /// What becomes of a key's value.
    package enum Treatment: String, Sendable {
        /// It has the effect that the manual page describes.
        case obeyed
        /// A value that would change the result is an error in the commands concerned.
        case refused
        /// It cannot change anything here: it is about speed, or about something that this tool does not have.
        case withoutMeaning = "without meaning"
    }

    /// The commands in which a refused value is an error.
    package enum Scope: Sendable {
        /// All that read the file.
        case always
        /// Those that run something in a container: `build`, `run`, `container run`...
        case steps
        /// `container run` and `container create`.
        case containers
        /// `manifest push`.
        case push
    }

    /// The file.
    package let file: File
    /// The dotted path; that of a table means all keys of it.
    package let path: String
    /// What becomes of it.
    package let treatment: Treatment
    /// Where it is an error, for refused keys.
    package var scope = Scope.always
    /// Why it is refused; empty for other keys.
    package var reason = ""
    /// Values, besides empty ones, that request what happens anyway.
    var harmless: Set<String> = []

    /// The keys of all manual pages.
    package static let all = containersConf + storageConf + registriesConf

    /// The key with this path, or the table that has it; nil: unknown.
    package static func find(_ path: String, in file: File) -> ConfigKey? {
        index[file]?[path] ?? index[file]?.values.first { path.hasPrefix("\($0.path).") }
    }

    private static let index: [File: [String: ConfigKey]] = {
        var index: [File: [String: ConfigKey]] = [:]
        for key in all { index[key.file, default: [:]][key.path] = key }
        return index
    }()

    static func keys(_ file: File, _ section: String, _ treatment: Treatment, _ names: String) -> [ConfigKey] {
        names.split(separator: " ").map { name in
            ConfigKey(file: file, path: section.isEmpty ? String(name) : "\(section).\(name)", treatment: treatment)
        }
    }

    // MARK: Refusing

    /// Throws the error for a key that has a refused value, unless it has one of the names `exempt`.
    static func checkRefused(
        in tables: MergedTables, _ file: File, except exempt: [String]
    ) throws(ConfigError) {
        for setting in tables.all where !exempt.contains(setting.entry.key) {
            if let refusal = refusal(of: setting, file) { throw refusal.error }
        }
    }

    /// An error for each key that has a refused value.
    static func refusals(in tables: MergedTables, _ file: File) -> [ConfigRefusal] {
        tables.all.compactMap { refusal(of: $0, file) }
    }

    private static func refusal(of setting: MergedTables.Setting, _ file: File) -> ConfigRefusal? {
        guard let key = find(setting.path, in: file), key.treatment == .refused,
            !key.isHarmless(setting.entry.value)
        else { return nil }
        let error = setting.table.error(.unsupported, setting.entry.key, key.reason)
        return ConfigRefusal(scope: key.scope, error: error)
    }
}

/// A key whose value some commands cannot honour.
package struct ConfigRefusal: Sendable, Equatable {
    /// The commands.
    package let scope: ConfigKey.Scope
    /// Where it is set, and why it is refused.
    package let error: ConfigError
}
