import TOMLText

extension RegistriesConfig {
    /// Reads the files of containers-registries.conf(5) (``ConfigSearch``) and the recorded aliases. Without any such
    /// file, the well-known images have aliases.
    ///
    /// - Throws: ``ConfigError`` naming the file.
    package static func load(env: ConfigEnvironment) throws(ConfigError) -> RegistriesConfig {
        var config = RegistriesConfig()
        config.unqualifiedSearchFile = env.system("/etc/containers/registries.conf")
        let search = ConfigSearch.registries(env)
        config.searched = search.searched(env)
        let main = try search.readMain(env)?.path
        if let main { config.unqualifiedSearchFile = main }
        for file in try search.read(env) {
            try config.merge(TOMLDocument.parse(file.bytes, file: file.path), isMain: file.path == main)
            config.files.append(file.path)
        }
        // Whoever configures registries decides on short names, too.
        if config.files.isEmpty { config.aliases = OfficialImages.aliases }
        let recorded = recordedAliasesFile(env: env)
        if let bytes = try ConfigFiles.readIfPresent(recorded, mayBeOutOfReach: true) {
            try config.mergeAliases(of: TOMLDocument.parse(bytes, file: recorded))
            config.files.append(recorded)
        }
        return config
    }

    /// The file with aliases that the user chose at a prompt, which take precedence over the other files.
    static func recordedAliasesFile(env: ConfigEnvironment) -> String {
        if let file = env.shortNameAliases { return file }
        let name = "containers/short-name-aliases.conf"
        guard env.uid != 0, let cache = env.cacheHome else { return env.system("/var/cache/\(name)") }
        return "\(cache)/\(name)"
    }

    private mutating func merge(_ root: ConfigTable, isMain: Bool) throws(ConfigError) {
        if let old = try root.table("registries") {
            guard isMain else { throw root.invalid("registries", "version 1 tables are not allowed in drop-in files") }
            guard root.values["registry"] == nil, root.values["unqualified-search-registries"] == nil else {
                throw root.invalid("registries", "version 1 and version 2 tables cannot be mixed")
            }
            return try mergeVersion1(old)
        }
        if let search = try root.strings("unqualified-search-registries") {
            unqualifiedSearch = []
            for entry in search { unqualifiedSearch.append(try searchRegistry(entry, in: root)) }
            unqualifiedSearchFile = root.file
        }
        if let mode = try root.string("short-name-mode").nonEmpty {
            guard let known = ShortNameMode(rawValue: mode) else {
                throw root.invalid("short-name-mode", "must be enforcing, permissive or disabled, not \"\(mode)\"")
            }
            shortNameMode = known
        }
        if let helpers = try root.strings("credential-helpers"), !helpers.isEmpty { credentialHelpers = helpers }
        var settings: [RegistrySettings] = []
        for table in try root.tables("registry") { settings.append(try RegistrySettings(table)) }
        add(settings)
        try checkConflicts(file: root.file)
        try mergeAliases(of: root)
    }

    private mutating func mergeAliases(of root: ConfigTable) throws(ConfigError) {
        guard let table = try root.table("aliases") else { return }
        for name in table.keys {
            guard Self.isShortName(name), !name.isEmpty else {
                throw table.invalid(name, "an alias must be a short name without a registry")
            }
            let target = try table.string(name) ?? ""
            aliases[name] = target.isEmpty ? nil : Alias(target: target, file: root.file)
        }
    }

    /// Adds registries, replacing those with the same prefix.
    private mutating func add(_ settings: [RegistrySettings]) {
        var places: [String: Int] = [:]
        for (place, known) in registries.enumerated() { places[known.prefix] = place }
        for new in settings {
            if let place = places[new.prefix] {
                registries[place] = new
            } else {
                places[new.prefix] = registries.count
                registries.append(new)
            }
        }
    }

    /// A location cannot be both insecure and secure, or both blocked and not.
    private func checkConflicts(file: String) throws(ConfigError) {
        var seen: [String: RegistrySettings] = [:]
        for settings in registries where !settings.endpoint.location.isEmpty {
            if let other = seen[settings.endpoint.location] {
                for (key, differs) in [
                    ("insecure", other.endpoint.insecure != settings.endpoint.insecure),
                    ("blocked", other.blocked != settings.blocked),
                ] where differs {
                    throw ConfigError(
                        .invalidValue,
                        "registry \"\(settings.endpoint.location)\" is defined multiple times with conflicting "
                            + "'\(key)' setting", file: file)
                }
            }
            seen[settings.endpoint.location] = settings
        }
    }

    private func searchRegistry(_ entry: String, in root: ConfigTable) throws(ConfigError) -> String {
        let key = "unqualified-search-registries"
        let name = try RegistrySettings.location(entry, key: key, in: root)
        guard !name.contains("/"), !name.contains("@") else {
            throw root.invalid(key, "\"\(entry)\" must be host[:port]")
        }
        return name
    }

    private mutating func mergeVersion1(_ old: ConfigTable) throws(ConfigError) {
        unqualifiedSearch = try old.table("search")?.strings("registries") ?? []
        let insecure = try old.table("insecure")?.strings("registries") ?? []
        let blocked = try old.table("block")?.strings("registries") ?? []
        let insecureNames = Set(insecure)
        let blockedNames = Set(blocked)
        var settings: [RegistrySettings] = []
        for entry in blocked + insecure {
            let name = try RegistrySettings.location(entry, key: "registries", in: old)
            settings.append(
                RegistrySettings(
                    prefix: name, endpoint: RegistryEndpoint(location: name, insecure: insecureNames.contains(entry)),
                    blocked: blockedNames.contains(entry)))
        }
        add(settings)
    }
}
