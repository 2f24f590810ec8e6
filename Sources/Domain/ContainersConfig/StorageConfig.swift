/// Where images, layers and containers live and with which driver (containers-storage.conf(5)).
package struct StorageConfig: Sendable, Equatable {
    /// `overlay` or `vfs`; nil when nothing names one and the store has none yet: the store then picks.
    package var driver: String?
    /// The absolute directory of everything that outlives a reboot.
    package var graphRoot: String
    /// The absolute directory of what does not: mount counts and locks.
    package var runRoot: String
    /// Read-only stores to look images up in, nearest first, from `additionalimagestores` and `imagestore` options.
    package var imageStores: [String]
    /// The driver's options without their driver prefix: `mountopt`, `mount_program`, `ignore_chown_errors`,
    /// `force_mask`, `size`, `skip_mount_home`... An option of another driver keeps its prefix.
    package var options: [String: String]
    /// The configuration file that counts, whether or not it exists.
    package var configFile: String

    /// A configuration with these values; `configFile` is only for display.
    package init(
        driver: String?, graphRoot: String, runRoot: String, imageStores: [String] = [],
        options: [String: String] = [:], configFile: String = ""
    ) {
        self.driver = driver
        self.graphRoot = graphRoot
        self.runRoot = runRoot
        self.imageStores = imageStores
        self.options = options
        self.configFile = configFile
    }

    /// The drivers there are, the preferred one first.
    package static let supportedDrivers = ["overlay", "vfs"]

    /// `name` as the store calls it (`overlay2` is `overlay`); `origin` says in the refusal who asked for it.
    static func validatedDriver(_ name: String, origin: String) throws(ConfigError) -> String {
        let canonical = name == "overlay2" ? "overlay" : name
        guard supportedDrivers.contains(canonical) else {
            throw ConfigError(
                .unsupported,
                "storage driver \"\(name)\" (from \(origin)) is not supported: use \"overlay\" or \"vfs\"")
        }
        return canonical
    }
}
