import TOMLText

extension ContainersConf {
    /// Reads the files of containers.conf(5), each overriding the previous ones key by key.
    ///
    /// `/usr/share/containers/containers.conf`, `/etc/containers/containers.conf` and its `.d/*.conf`, then, for an
    /// ordinary user, the same below `$XDG_CONFIG_HOME/containers`. `$CONTAINERS_CONF` specifies a file to read instead
    /// of all of these; `$CONTAINERS_CONF_OVERRIDE` one to read last. An array that ends in `{append=true}` is appended
    /// to the existing value, in this file and later ones.
    ///
    /// - Throws: ``ConfigError`` naming the file and the key.
    package static func load(env: ConfigEnvironment) throws(ConfigError) -> ContainersConf {
        var merged = MergedTables()
        for (file, isNamed) in try files(env: env) {
            guard let bytes = try ConfigFiles.readIfPresent(file) else {
                if isNamed { throw ConfigError(.notFound, "no such file", file: file) }
                continue
            }
            try merged.add(TOMLDocument.parse(bytes, file: file))
        }
        var conf = ContainersConf()
        conf.files = merged.files
        try conf.containers.read(merged)
        try conf.engine.read(merged)
        try conf.network.read(merged)
        return conf
    }

    private static func files(env: ConfigEnvironment) throws(ConfigError) -> [(path: String, isNamed: Bool)] {
        var paths: [(String, Bool)] = []
        if let named = env.value("CONTAINERS_CONF") {
            paths.append((named, true))
        } else {
            let etc = env.system("/etc/containers/containers.conf")
            paths += [(env.system("/usr/share/containers/containers.conf"), false), (etc, false)]
            paths += try ConfigFiles.dropIns(in: "\(etc).d").map { ($0, false) }
            if env.uid != 0, let home = env.configHome {
                let own = "\(home)/containers/containers.conf"
                paths.append((own, false))
                paths += try ConfigFiles.dropIns(in: "\(own).d").map { ($0, false) }
            }
        }
        if let override = env.value("CONTAINERS_CONF_OVERRIDE") { paths.append((override, true)) }
        return paths
    }
}

/// The merged tables of several files, each value with its source file.
struct MergedTables {
    private(set) var files: [String] = []
    private var values: [String: [String: (entry: TOMLTable.Entry, file: String)]] = [:]
    private var appending: Set<String> = []

    mutating func add(_ root: ConfigTable) throws(ConfigError) {
        files.append(root.file)
        for section in ["containers", "engine", "network"] {
            guard let table = try root.table(section) else { continue }
            for entry in table.values.entries { set(section, entry, file: root.file) }
        }
    }

    /// The value as a table with one key, for typed access with errors that name its source file.
    func table(_ section: String, _ key: String) -> ConfigTable? {
        guard let (entry, file) = values[section]?[key] else { return nil }
        return ConfigTable(file: file, path: section, values: TOMLTable([entry]))
    }

    private mutating func set(_ section: String, _ entry: TOMLTable.Entry, file: String) {
        let name = "\(section).\(entry.key)"
        let earlier = values[section]?[entry.key]?.entry.value
        var value = entry.value
        switch (value, earlier) {
        case (.array(var items), _):
            if case .table(let attributes) = items.last, case .boolean(let append) = attributes["append"] {
                items.removeLast()
                if append { appending.insert(name) } else { appending.remove(name) }
            }
            if case .array(let before) = earlier, appending.contains(name) { items = before + items }
            value = .array(items)
        case (.table(let new), .table(let old)): value = .table(old.merging(new))
        default: break
        }
        let merged = TOMLTable.Entry(key: entry.key, value: value, position: entry.position)
        values[section, default: [:]][entry.key] = (merged, file)
    }
}
