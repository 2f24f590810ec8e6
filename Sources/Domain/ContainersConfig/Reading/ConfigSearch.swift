/// The files that make up one configuration, and the order in which they are read: containers-config(5).
///
/// One main file, the highest that exists of the user's, `/etc/containers` and `/usr/share/containers`; then the
/// drop-ins of all three, sorted by name, of which one with the same name in a higher directory replaces the others;
/// then modules; then the file of the `_OVERRIDE` variable. A variable that names the main file excludes the drop-ins.
package struct ConfigSearch: Sendable {
    /// A file with its content.
    package struct File: Sendable {
        package let path: String
        package let bytes: [UInt8]
    }

    /// The name of the main file without its extension: `containers`.
    let name: String
    /// The extension of the drop-ins, with its period.
    var suffix = ".conf"
    /// Whether the main file and the directories have the extension too: `containers.conf.d`, but `registries.d`.
    var namesHaveSuffix = true
    /// The variable that names the main file.
    var variable: String?
    /// A main file specified by a flag. It must exist, and has no influence on the drop-ins.
    var mainFile: String?
    /// Replaces all directories of drop-ins, and the file of the `_OVERRIDE` variable.
    var dropInDirectory: String?
    /// Files to read after the drop-ins: absolute, or below `NAME.conf.modules`.
    var modules: [String] = []

    /// containers.conf(5).
    static func containers(_ env: ConfigEnvironment) -> ConfigSearch {
        ConfigSearch(name: "containers", variable: "CONTAINERS_CONF", modules: env.modules)
    }

    /// containers-storage.conf(5).
    static let storage = ConfigSearch(name: "storage", variable: "CONTAINERS_STORAGE_CONF")

    /// containers-registries.conf(5).
    static func registries(_ env: ConfigEnvironment) -> ConfigSearch {
        ConfigSearch(
            name: "registries", variable: "CONTAINERS_REGISTRIES_CONF",
            // The variable's former name, which still has the effect of the flag.
            mainFile: env.registriesConf
                ?? (env.value("CONTAINERS_REGISTRIES_CONF") == nil ? env.value("REGISTRIES_CONFIG_PATH") : nil),
            dropInDirectory: env.registriesConfDirectory)
    }

    /// containers-policy.json(5), which has no drop-ins.
    static let policy = ConfigSearch(name: "policy", suffix: ".json", variable: "CONTAINERS_POLICY_JSON")
    /// containers-registries.d(5), which has no main file.
    static let signatureStores = ConfigSearch(name: "registries", suffix: ".yaml", namesHaveSuffix: false)
    /// containers-certs.d(5): only the directories count.
    package static let certificates = ConfigSearch(name: "certs", suffix: ".d", namesHaveSuffix: false)

    // MARK: Places

    private var mainName: String { namesHaveSuffix ? name + suffix : name }

    /// The directories of all users' files, lowest precedence first.
    private func systemDirectories(_ env: ConfigEnvironment) -> [String] {
        ["/usr/share/containers", "/etc/containers"].map(env.system)
    }

    private func userDirectory(_ env: ConfigEnvironment) -> String? { env.configHome.map { "\($0)/containers" } }

    /// All places of files: the main ones, then the directories of drop-ins.
    func searched(_ env: ConfigEnvironment) -> [String] {
        if let named = mainFile ?? variable.flatMap({ env.value($0) }) { return [named] }
        return mainFiles(env) + dropInDirectories(env)
    }

    /// The candidates for the main file, highest precedence first.
    package func mainFiles(_ env: ConfigEnvironment) -> [String] {
        ((userDirectory(env).map { [$0] } ?? []) + systemDirectories(env).reversed()).map { "\($0)/\(mainName)" }
    }

    /// The directories of drop-ins, lowest precedence first.
    package func dropInDirectories(_ env: ConfigEnvironment) -> [String] {
        if let dropInDirectory { return [dropInDirectory] }
        var result: [String] = []
        for directory in systemDirectories(env) {
            let special = "\(name).\(env.uid == 0 ? "rootful" : "rootless")\(namesHaveSuffix ? suffix : "").d"
            result += ["\(directory)/\(mainName).d", "\(directory)/\(special)"]
            if env.uid != 0 { result.append("\(directory)/\(special)/\(env.uid)") }
        }
        if let userDirectory = userDirectory(env) { result.append("\(userDirectory)/\(mainName).d") }
        return result
    }

    // MARK: Reading

    /// Reads the files in order.
    ///
    /// - Throws: ``ConfigError`` for a file that cannot be read, and for one specified by name that does not exist.
    package func read(_ env: ConfigEnvironment) throws(ConfigError) -> [File] {
        var files: [File] = []
        if let main = try readMain(env) { files.append(main) }
        files += try readDropIns(env)
        for module in modules { files.append(try readModule(module, env)) }
        if dropInDirectory == nil, let variable, let named = env.value("\(variable)_OVERRIDE") {
            files.append(try Self.required(named))
        }
        return files
    }

    /// The main file; nil: there is none.
    func readMain(_ env: ConfigEnvironment) throws(ConfigError) -> File? {
        if let named = mainFile ?? variable.flatMap({ env.value($0) }) { return try Self.required(named) }
        for path in mainFiles(env) {
            if let file = try Self.file(path, mayBeOutOfReach: isUsers(path, env)) { return file }
        }
        return nil
    }

    /// The drop-ins, sorted by name.
    func readDropIns(_ env: ConfigEnvironment) throws(ConfigError) -> [File] {
        if mainFile == nil, dropInDirectory == nil, let variable, env.value(variable) != nil { return [] }
        var paths: [String: String] = [:]
        for directory in dropInDirectories(env) {
            let isUsers = isUsers(directory, env)
            for name in try ConfigFiles.names(in: directory, endingIn: suffix, mayBeOutOfReach: isUsers) {
                paths[name] = "\(directory)/\(name)"
            }
        }
        var files: [File] = []
        for (_, path) in paths.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            // A symbolic link to nowhere counts as missing.
            if !ConfigFiles.isDirectory(path), let file = try Self.file(path) { files.append(file) }
        }
        return files
    }

    private func readModule(_ module: String, _ env: ConfigEnvironment) throws(ConfigError) -> File {
        if module.hasPrefix("/") { return try Self.required(module) }
        let directories = mainFiles(env).map { "\($0).modules" }
        for directory in directories {
            if let file = try Self.file("\(directory)/\(module)") { return file }
        }
        throw ConfigError(
            .notFound, "there is no module \"\(module)\" of \(mainName) in \(directories.joined(separator: ", "))")
    }

    /// The home directory of another user, from whom this one got the environment, may be inaccessible.
    private func isUsers(_ path: String, _ env: ConfigEnvironment) -> Bool {
        userDirectory(env).map { path.hasPrefix("\($0)/") } ?? false
    }

    private static func file(_ path: String, mayBeOutOfReach: Bool = false) throws(ConfigError) -> File? {
        try ConfigFiles.readIfPresent(path, mayBeOutOfReach: mayBeOutOfReach).map { File(path: path, bytes: $0) }
    }

    private static func required(_ path: String) throws(ConfigError) -> File {
        guard let file = try file(path) else { throw ConfigError(.notFound, "no such file", file: path) }
        return file
    }
}
