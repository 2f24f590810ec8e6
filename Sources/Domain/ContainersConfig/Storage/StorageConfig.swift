/// The location and driver of images, layers and containers (containers-storage.conf(5)).
package struct StorageConfig: Sendable, Equatable {
    /// `overlay` or `vfs`; nil if none is specified and the store has none yet: then the store chooses.
    package var driver: String?
    /// The drivers that a new store tries, in order, if none is specified.
    package var driverPriority: [String] = []
    /// Whether records of containers are lost in a reboot.
    package var isTransient = false
    /// The absolute directory for data that survives a reboot.
    package var graphRoot: String
    /// The absolute directory for data that does not: mount counts and locks.
    package var runRoot: String
    /// Read-only stores for image lookup, nearest first, from the `additionalimagestores` and `imagestore` options.
    package var imageStores: [String]
    /// The driver's options without their driver prefix: `mountopt`, `mount_program`, `ignore_chown_errors`,
    /// `force_mask`, `size`, `skip_mount_home`... An option of another driver keeps its prefix.
    package var options: [String: String]
    /// The effective configuration file, whether or not it exists.
    package var configFile: String

    /// Creates a configuration with these values; `configFile` is only for display.
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

    /// The supported drivers, preferred one first.
    package static let supportedDrivers = ["overlay", "vfs"]

    /// The store's name for the driver `name` (`overlay2` is `overlay`); `origin` is its source for error messages.
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
