import TOMLText

/// The settings of the files of containers-storage.conf(5), before the environment and the command line are applied.
struct StorageSettings: Sendable {
    var driver: String?
    /// The source of `driver`, for error messages.
    var driverOrigin = ""
    var driverPriority: [String] = []
    var graphRoot: String?
    var runRoot: String?
    var rootlessStoragePath: String?
    var isTransient = false
    /// In the order specified; later ones take precedence.
    var options: [StorageOption] = []
    /// Options for one driver, which take precedence over the general ones.
    var driverOptions: [String: [StorageOption]] = [:]

    init() {}

    /// Reads the merged files.
    ///
    /// - Throws: ``ConfigError`` for invalid values, and for keys that would change the result but are not supported.
    init(_ tables: MergedTables, env: ConfigEnvironment, perUser: Bool) throws(ConfigError) {
        // The command line can discard options; those in effect are checked later.
        try ConfigKey.checkRefused(in: tables, .storage, except: Self.driverOptions)
        let keys = SectionReader(tables, section: "storage")
        driver = try tables.table("storage", "driver")?.string("driver").nonEmpty
        driverOrigin = tables.table("storage", "driver")?.file ?? ""
        try keys.strings("driver_priority", into: &driverPriority)
        graphRoot = try Self.root("graphroot", "/var/lib/containers/storage", tables, env, perUser)
        runRoot = try Self.root("runroot", "/run/containers/storage", tables, env, perUser)
        rootlessStoragePath = try tables.table("storage", "rootless_storage_path")?
            .string("rootless_storage_path").nonEmpty.map { ConfigFiles.canonical(env.expand($0)) }
        try keys.flag("transient_store", into: &isTransient)
        var stores: [String] = []
        try SectionReader(tables, section: "storage.options").strings("additionalimagestores", into: &stores)
        if let origin = tables.table("storage.options", "additionalimagestores") {
            for store in stores where !store.isEmpty {
                options.append(StorageOption("imagestore", store, origin, "additionalimagestores"))
            }
        }
        options += try Self.options(of: "storage.options", tables)
        for driver in StorageConfig.supportedDrivers {
            driverOptions[driver] = try Self.options(of: "storage.options.\(driver)", tables)
        }
    }

    /// A root directory. Distributions install files with the directories of root's store, which mean nothing to an
    /// ordinary user.
    private static func root(
        _ key: String, _ default: String, _ tables: MergedTables, _ env: ConfigEnvironment, _ perUser: Bool
    ) throws(ConfigError) -> String? {
        guard let table = tables.table("storage", key), let text = try table.string(key).nonEmpty else { return nil }
        let isSystemwide = ["/etc/", "/usr/share/"].contains { table.file.hasPrefix(env.system($0)) }
        if perUser, isSystemwide, [`default`, "/var\(`default`)"].contains(text) { return nil }
        return ConfigFiles.canonical(env.expand(text))
    }

    /// The driver's options, in the general table or in its own.
    private static let driverOptions = [
        "size", "inodes", "mount_program", "skip_mount_home", "ignore_chown_errors", "force_mask", "mountopt",
        "use_composefs", "sync",
    ]

    private static func options(of section: String, _ tables: MergedTables) throws(ConfigError) -> [StorageOption] {
        var options: [StorageOption] = []
        for key in driverOptions {
            guard let table = tables.table(section, key) else { continue }
            let value: String?
            if key == "force_mask" {
                value = try mask(table)
            } else {
                value = try table.text(key)
            }
            if let value = value.nonEmpty { options.append(StorageOption(key, value, table)) }
        }
        return options
    }

    private static func mask(_ table: ConfigTable) throws(ConfigError) -> String? {
        switch table.values["force_mask"] {
        case nil, .string(""), .integer(0): return nil
        case .string(let text): return text
        case .integer(let mask): return String(mask, radix: 8)
        case let other?: throw table.invalid("force_mask", "must be a mode, not \(other.kind)")
        }
    }
}

/// An option of the store or its driver, with its source for error messages.
struct StorageOption: Sendable {
    /// As written, perhaps with the driver's name: `overlay.mountopt`.
    let key: String
    let value: String
    private let origin: (table: ConfigTable, key: String)?
    private let source: String

    /// An option in a file.
    init(_ key: String, _ value: String, _ table: ConfigTable, _ name: String? = nil) {
        self.key = key
        self.value = value
        origin = (table, name ?? key)
        source = ""
    }

    /// `KEY=VALUE` of a flag or variable.
    init(_ text: String, from source: String) throws(ConfigError) {
        guard let equals = text.firstIndex(of: "=") else {
            throw ConfigError(.invalidValue, "storage option \"\(text)\" is not of the form KEY=VALUE")
        }
        key = text[..<equals].lowercased()
        value = String(text[text.index(after: equals)...])
        origin = nil
        self.source = source
    }

    /// The option's name without a leading `storage.`, `overlay.`, `overlay2.`, `vfs.` or single period.
    var bareKey: String {
        var rest = Substring(key)
        for prefix in ["storage.", "overlay.", "overlay2.", "vfs.", "."] where rest.hasPrefix(prefix) {
            rest = rest.dropFirst(prefix.count)
        }
        return String(rest)
    }

    /// An error about this option, with the place where it is set.
    func error(_ code: ConfigError.Code, _ message: String) -> ConfigError {
        if let (table, key) = origin { return table.error(code, key, message) }
        return ConfigError(code, "\(source) \(key)=\(value): \(message)")
    }
}

extension Optional where Wrapped == String {
    /// nil for an empty string: both mean "not set" in the files.
    var nonEmpty: String? { self?.isEmpty == false ? self : nil }
}
