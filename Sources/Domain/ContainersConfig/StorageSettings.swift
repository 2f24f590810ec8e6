import TOMLText

/// The settings of a `storage.conf`, or the corresponding defaults, before the command line is applied.
struct StorageSettings: Sendable {
    var driver: String?
    /// The source of `driver`, for error messages.
    var driverOrigin = ""
    var graphRoot: String?
    var runRoot: String?
    var rootlessStoragePath: String?
    /// `KEY=VALUE` in the order specified; later ones take precedence.
    var options: [String] = []

    init() {}

    /// Parses `bytes`, the content of `file`.
    init(parsing bytes: [UInt8], file: String) throws(ConfigError) {
        guard let storage = try TOMLDocument.parse(bytes, file: file).table("storage") else { return }
        driver = try storage.string("driver").nonEmpty
        driverOrigin = file
        graphRoot = try storage.string("graphroot").nonEmpty
        runRoot = try storage.string("runroot").nonEmpty
        rootlessStoragePath = try storage.string("rootless_storage_path").nonEmpty
        if try storage.string("imagestore").nonEmpty != nil {
            throw storage.error(.unsupported, "imagestore", "a separate image store is not supported")
        }
        guard let options = try storage.table("options") else { return }
        for store in try options.strings("additionalimagestores") ?? [] where !store.isEmpty {
            self.options.append("imagestore=\(store)")
        }
        try addOptions(from: options)
        // The driver's own table takes precedence over the general one.
        if let driver, let own = try options.table(driver == "overlay2" ? "overlay" : driver) {
            try addOptions(from: own)
        }
    }

    /// The driver's options, in the general table or in its own.
    private static let driverOptions = [
        "size", "inodes", "mount_program", "skip_mount_home", "ignore_chown_errors", "mountopt", "use_composefs",
    ]

    private mutating func addOptions(from table: ConfigTable) throws(ConfigError) {
        for key in Self.driverOptions {
            if let value = try table.text(key).nonEmpty { options.append("\(key)=\(value)") }
        }
        switch table.values["force_mask"] {
        case nil, .string(""), .integer(0): break
        case .string(let text): options.append("force_mask=\(text)")
        case .integer(let mask): options.append("force_mask=\(String(mask, radix: 8))")
        case let other?: throw table.invalid("force_mask", "must be a mode, not \(other.kind)")
        }
    }
}

extension Optional where Wrapped == String {
    /// nil for an empty string: both mean "not set" in the files.
    var nonEmpty: String? { self?.isEmpty == false ? self : nil }
}
