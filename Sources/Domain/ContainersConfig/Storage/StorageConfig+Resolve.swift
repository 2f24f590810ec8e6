extension StorageConfig {
    /// The effective configuration of containers/storage, overridden by the command line.
    ///
    /// The files are those of containers-config(5) (``ConfigSearch``). `$STORAGE_DRIVER` and `$STORAGE_OPTS` override
    /// them, `driver` and `options` override everything. Specifying `root` or `driver` discards the options set in
    /// files. No directory is created.
    ///
    /// - Parameters:
    ///   - rootless: whether the process runs in a user namespace of the user `env.uid`.
    ///   - options: `--storage-opt` values, `[DRIVER.]KEY=VALUE`.
    ///   - isTransient: `--transient-store`.
    /// - Throws: ``ConfigError`` for an unreadable file, an invalid value or an unsupported driver or option.
    package static func resolve(
        env: ConfigEnvironment, rootless: Bool, root: String? = nil, runroot: String? = nil, driver: String? = nil,
        options: [String] = [], isTransient: Bool? = nil
    ) throws(ConfigError) -> StorageConfig {
        let perUser = rootless && env.uid != 0
        let tables = try merged(env: env)
        var settings = try StorageSettings(tables, env: env, perUser: perUser)
        try settings.apply(environment: env)
        if root.nonEmpty != nil || driver.nonEmpty != nil { settings.discardOptions() }
        if !options.isEmpty {
            settings.discardOptions()
            settings.options = try StorageOption.parse(options, from: "--storage-opt")
        }
        if let driver = driver.nonEmpty {
            settings.driver = driver
            settings.driverOrigin = "--storage-driver"
        }
        let graphRoot: String
        if let given = root.nonEmpty.map({ ConfigFiles.absolute($0) }) ?? settings.graphRoot {
            graphRoot = given
        } else {
            graphRoot = try defaultGraphRoot(env: env, perUser: perUser, settings)
        }
        let runRoot =
            runroot.nonEmpty.map { ConfigFiles.absolute($0) } ?? settings.runRoot
            ?? (perUser ? ConfigFiles.absolute("\(runtimeDirectory(env: env))/containers") : "/run/containers/storage")
        let chosen: String?
        if let name = settings.driver {
            chosen = try validatedDriver(name, origin: settings.driverOrigin)
        } else {
            chosen = driverInUse(below: graphRoot)
        }
        var config = StorageConfig(
            driver: chosen, graphRoot: graphRoot, runRoot: runRoot,
            configFile: tables.files.first ?? ConfigSearch.storage.mainFiles(env)[perUser ? 0 : 1])
        config.driverPriority = settings.driverPriority.map { $0 == "overlay2" ? "overlay" : $0 }
            .filter(supportedDrivers.contains)
        config.isTransient = isTransient ?? settings.isTransient
        try config.apply(settings.options + (settings.driverOptions[config.likelyDriver] ?? []))
        return config
    }

    static func merged(env: ConfigEnvironment) throws(ConfigError) -> MergedTables {
        try MergedTables(.storage, env, sections: ["storage"])
    }

    /// The driver that a store without one gets, unless the kernel refuses.
    private var likelyDriver: String { driver ?? driverPriority.first ?? Self.supportedDrivers[0] }

    /// The driver whose directories exist below `graphRoot`; `overlay` before `vfs`.
    static func driverInUse(below graphRoot: String) -> String? {
        supportedDrivers.first { ConfigFiles.exists("\(graphRoot)/\($0)-images") }
    }

    private static func defaultGraphRoot(
        env: ConfigEnvironment, perUser: Bool, _ settings: StorageSettings
    ) throws(ConfigError) -> String {
        guard perUser else { return "/var/lib/containers/storage" }
        if let path = settings.rootlessStoragePath { return path }
        guard let data = env.dataHome else {
            throw ConfigError(.invalidValue, "cannot tell the home directory: set $HOME or $XDG_DATA_HOME")
        }
        return ConfigFiles.canonical("\(data)/containers/storage")
    }

    private mutating func apply(_ list: [StorageOption]) throws(ConfigError) {
        for option in list {
            switch option.bareKey {
            case "imagestore", "additionalimagestore": imageStores.append(ConfigFiles.absolute(option.value))
            case let key:
                try Self.check(option)
                options[key] = option.value
            }
        }
    }
}

extension StorageSettings {
    fileprivate mutating func discardOptions() {
        options = []
        driverOptions = [:]
    }

    fileprivate mutating func apply(environment env: ConfigEnvironment) throws(ConfigError) {
        if let driver = env.value("STORAGE_DRIVER") {
            self.driver = driver
            driverOrigin = "$STORAGE_DRIVER"
        }
        guard let options = env.environment["STORAGE_OPTS"] else { return }
        discardOptions()
        self.options = try StorageOption.parse(options.split(separator: ",").map(String.init), from: "$STORAGE_OPTS")
    }
}

extension StorageOption {
    fileprivate static func parse(_ texts: [String], from source: String) throws(ConfigError) -> [StorageOption] {
        var options: [StorageOption] = []
        for text in texts where !text.isEmpty { options.append(try StorageOption(text, from: source)) }
        return options
    }
}
