package import JSONText
import TOMLText

/// The files of a configuration as they were read, and where the effective value of each key comes from.
package struct ConfigReport: Sendable {
    /// A key with its effective value.
    package struct Key: Sendable {
        /// The dotted path.
        package let path: String
        /// The value in the file's terms.
        package let value: JSONValue
        /// `FILE:LINE`, or the variable.
        package let source: String
        /// What becomes of it: that of its ``ConfigKey``; `unknown` for a key of no manual page, which is ignored.
        package let treatment: String
    }

    /// The name in the manual pages: `containers.conf`.
    package let name: String
    /// The files read, in order.
    package let files: [String]
    /// The keys, by path.
    package let keys: [Key]

    /// All configurations.
    ///
    /// - Throws: ``ConfigError`` for a file that cannot be read or is not TOML. Values are not examined.
    package static func all(env: ConfigEnvironment) throws(ConfigError) -> [ConfigReport] {
        let containers = try ContainersConf.merged(env: env)
        let storage = try StorageConfig.merged(env: env)
        return [
            ConfigReport(name: "containers.conf", files: containers.files, keys: keys(containers, .containers)),
            ConfigReport(
                name: "storage.conf", files: storage.files,
                keys: keys(storage, .storage, overriddenBy: ["storage.driver": "STORAGE_DRIVER"], env)),
            try registries(env),
            ConfigReport(
                name: "policy.json", files: try ConfigSearch.policy.readMain(env).map { [$0.path] } ?? [], keys: []),
            ConfigReport(
                name: "registries.d", files: try ConfigSearch.signatureStores.readDropIns(env).map(\.path), keys: []),
            ConfigReport(name: "mounts.conf", files: try DefaultMounts.file(env: env).map { [$0] } ?? [], keys: []),
        ]
    }

    private static func keys(
        _ tables: MergedTables, _ file: ConfigKey.File, overriddenBy variables: [String: String] = [:],
        _ env: ConfigEnvironment? = nil
    ) -> [Key] {
        var keys = tables.all.map { key($0.path, $0.entry, $0.file, file) }
        for (path, variable) in variables {
            guard let value = env?.value(variable) else { continue }
            keys.removeAll { $0.path == path }
            keys.append(Key(path: path, value: .string(value), source: "$\(variable)", treatment: "obeyed"))
        }
        if file == .storage, let options = env?.environment["STORAGE_OPTS"] {
            keys.removeAll { $0.path.hasPrefix("storage.options.") && !$0.path.contains("pull_options") }
            keys.append(
                Key(path: "storage.options", value: .string(options), source: "$STORAGE_OPTS", treatment: "obeyed"))
        }
        return keys.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// Registries are merged by their prefixes rather than by key.
    private static func registries(_ env: ConfigEnvironment) throws(ConfigError) -> ConfigReport {
        var tables = MergedTables(sections: [])
        var registries: [String: Key] = [:]
        for file in try ConfigSearch.registries(env).read(env) {
            let root = try TOMLDocument.parse(file.bytes, file: file.path)
            for table in try root.tables("registry") {
                let location = try table.string("location") ?? ""
                let prefix = try table.string("prefix").nonEmpty ?? location
                let path = "registry.\"\(prefix)\""
                let position = table.values.entries.first?.position
                registries[path] = Key(
                    path: path, value: json(.table(table.values)),
                    source: "\(file.path):\(position?.line ?? 1)", treatment: "obeyed")
            }
            let others = TOMLTable(root.values.entries.filter { $0.key != "registry" })
            try tables.add(ConfigTable(file: file.path, path: "", values: others))
        }
        return ConfigReport(
            name: "registries.conf", files: tables.files,
            keys: keys(tables, .registries) + registries.values.sorted { $0.path < $1.path })
    }

    private static func key(
        _ path: String, _ entry: TOMLTable.Entry, _ source: String, _ file: ConfigKey.File
    ) -> Key {
        Key(
            path: path, value: json(entry.value), source: "\(source):\(entry.position.line)",
            treatment: ConfigKey.find(path, in: file)?.treatment.rawValue ?? "unknown")
    }

    private static func json(_ value: TOMLValue) -> JSONValue {
        switch value {
        case .string(let text), .offsetDateTime(let text), .localDateTime(let text), .localDate(let text),
            .localTime(let text):
            return .string(text)
        case .integer(let number): return .integer(number)
        case .float(let number): return .string(String(number))
        case .boolean(let value): return .bool(value)
        case .array(let items): return .array(items.map(json))
        case .table(let table):
            return .object(JSONObject(table.entries.map { ($0.key, json($0.value)) }))
        }
    }
}
