extension StorageConfig {
    /// The effective configuration of containers/storage, overridden by the command line.
    ///
    /// Root: `$CONTAINERS_STORAGE_CONF`, otherwise `/etc/containers/storage.conf`, otherwise
    /// `/usr/share/containers/storage.conf`. Rootless: the user's own file (`$CONTAINERS_STORAGE_CONF`, otherwise
    /// `$XDG_CONFIG_HOME/containers/storage.conf`) replaces the system's; without one, only the system's driver,
    /// `rootless_storage_path` and `ignore_chown_errors` apply. `$STORAGE_DRIVER` and `$STORAGE_OPTS` override files,
    /// `driver` and `options` override everything. Specifying `root` or `driver` discards the options set in files. No
    /// directory is created.
    ///
    /// - Parameters:
    ///   - rootless: whether the process runs in a user namespace of the user `env.uid`.
    ///   - options: `--storage-opt` values, `[DRIVER.]KEY=VALUE`.
    /// - Throws: ``ConfigError`` for an unreadable file, an invalid value or an unsupported driver.
    package static func resolve(
        env: ConfigEnvironment, rootless: Bool, root: String? = nil, runroot: String? = nil, driver: String? = nil,
        options: [String] = []
    ) throws(ConfigError) -> StorageConfig {
        let perUser = rootless && env.uid != 0
        var (settings, file) = try settings(env: env, perUser: perUser)
        if root.nonEmpty != nil || driver.nonEmpty != nil { settings.options = [] }
        if !options.isEmpty { settings.options = options }
        if let driver = driver.nonEmpty {
            settings.driver = driver
            settings.driverOrigin = "--storage-driver"
        }
        if let root = root.nonEmpty { settings.graphRoot = ConfigFiles.absolute(root) }
        if let runroot = runroot.nonEmpty { settings.runRoot = ConfigFiles.absolute(runroot) }

        let graphRoot = settings.graphRoot ?? "/var/lib/containers/storage"
        let chosen: String?
        if let name = settings.driver {
            chosen = try validatedDriver(name, origin: settings.driverOrigin)
        } else {
            chosen = driverInUse(below: graphRoot)
        }
        var config = StorageConfig(
            driver: chosen, graphRoot: graphRoot, runRoot: settings.runRoot ?? "/run/containers/storage",
            configFile: file)
        try config.apply(options: settings.options)
        return config
    }

    /// The driver whose directories exist below `graphRoot`; `overlay` before `vfs`.
    static func driverInUse(below graphRoot: String) -> String? {
        supportedDrivers.first { ConfigFiles.exists("\(graphRoot)/\($0)-images") }
    }

    private mutating func apply(options list: [String]) throws(ConfigError) {
        for option in list where !option.isEmpty {
            guard let equals = option.firstIndex(of: "=") else {
                throw ConfigError(.invalidValue, "storage option \"\(option)\" is not of the form KEY=VALUE")
            }
            let key = Self.bareKey(option[..<equals].lowercased())
            let value = String(option[option.index(after: equals)...])
            switch key {
            case "imagestore", "additionalimagestore": imageStores.append(ConfigFiles.absolute(value))
            default: options[key] = value
            }
        }
    }

    /// The option's name without a leading `storage.`, `overlay.`, `overlay2.`, `vfs.` or single period.
    private static func bareKey(_ key: String) -> String {
        var rest = Substring(key)
        for prefix in ["storage.", "overlay.", "overlay2.", "vfs.", "."] where rest.hasPrefix(prefix) {
            rest = rest.dropFirst(prefix.count)
        }
        return String(rest)
    }

    // MARK: Files and environment

    private static func settings(
        env: ConfigEnvironment, perUser: Bool
    ) throws(ConfigError) -> (StorageSettings, file: String) {
        let system = try systemSettings(env: env)
        guard perUser else {
            var settings = system.settings
            settings.graphRoot = settings.graphRoot.map { ConfigFiles.canonical(env.expand($0)) }
            settings.runRoot = settings.runRoot.map { ConfigFiles.canonical(env.expand($0)) }
            return (settings, system.file)
        }
        let own = env.value("CONTAINERS_STORAGE_CONF") ?? env.configHome.map { "\($0)/containers/storage.conf" }
        var settings = try rootlessDefaults(env: env, system: system.settings)
        guard let own, let bytes = try ConfigFiles.readIfPresent(own) else { return (settings, own ?? system.file) }
        var user = try StorageSettings(parsing: bytes, file: own)
        apply(environment: env, to: &user, replacingOptions: true)
        user.graphRoot = user.graphRoot.map { ConfigFiles.canonical(env.expand($0)) }
        user.runRoot = user.runRoot.map { ConfigFiles.canonical(env.expand($0)) } ?? settings.runRoot
        if user.graphRoot == nil {
            user.graphRoot =
                user.rootlessStoragePath.map { ConfigFiles.canonical(env.expand($0)) } ?? settings.graphRoot
        }
        settings = user
        return (settings, own)
    }

    private static func systemSettings(
        env: ConfigEnvironment
    ) throws(ConfigError) -> (settings: StorageSettings, file: String) {
        let override = env.system("/etc/containers/storage.conf")
        let shared = env.system("/usr/share/containers/storage.conf")
        let file: String
        if let named = env.value("CONTAINERS_STORAGE_CONF") {
            file = named
        } else {
            file = ConfigFiles.exists(override) || !ConfigFiles.exists(shared) ? override : shared
        }
        var settings = StorageSettings()
        if let bytes = try ConfigFiles.readIfPresent(file) {
            settings = try StorageSettings(parsing: bytes, file: file)
        }
        apply(environment: env, to: &settings, replacingOptions: true)
        return (settings, file)
    }

    private static func rootlessDefaults(
        env: ConfigEnvironment, system: StorageSettings
    ) throws(ConfigError) -> StorageSettings {
        var settings = StorageSettings()
        if let path = system.rootlessStoragePath {
            settings.graphRoot = ConfigFiles.canonical(env.expand(path))
        } else if let data = env.dataHome {
            settings.graphRoot = ConfigFiles.canonical("\(data)/containers/storage")
        } else {
            throw ConfigError(.invalidValue, "cannot tell the home directory: set $HOME or $XDG_DATA_HOME")
        }
        settings.runRoot = ConfigFiles.absolute("\(runtimeDirectory(env: env))/containers")
        // A driver that only root can use does not apply to this user's store.
        if let driver = system.driver, ["overlay", "overlay2", "vfs", "btrfs"].contains(driver) {
            settings.driver = driver
            settings.driverOrigin = system.driverOrigin
        }
        settings.options = system.options.filter { $0.hasPrefix("ignore_chown_errors=") }
        apply(environment: env, to: &settings, replacingOptions: false)
        return settings
    }

    private static func apply(
        environment env: ConfigEnvironment, to settings: inout StorageSettings, replacingOptions: Bool
    ) {
        if let driver = env.value("STORAGE_DRIVER") {
            settings.driver = driver
            settings.driverOrigin = "$STORAGE_DRIVER"
        }
        guard let options = env.environment["STORAGE_OPTS"] else { return }
        if replacingOptions { settings.options = [] }
        settings.options += options.split(separator: ",").map(String.init)
    }
}
