import Testing

@testable import ContainersConfig

/// What the documentation says about each key is what the code does.
@Suite struct ConfigKeyTests {
    let host = TemporaryRoot()

    /// The rows `| `key` | treatment | ... |` of a section of docs/configuration.md.
    private static func documented(_ file: ConfigKey.File) throws -> [String: String] {
        let path = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let bytes = try #require(try ConfigFiles.readIfPresent("/\(path)/docs/configuration.md"))
        var rows: [String: String] = [:]
        var isInSection = false
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            if line.hasPrefix("#") { isInSection = line == "## \(file.rawValue)" }
            guard isInSection, line.hasPrefix("| `") else { continue }
            let cells = line.split(separator: "|").map { $0.drop { $0 == " " } }
            let treatment = String(cells[1].prefix { $0 != " " || cells[1].hasPrefix("without") }).reversed()
                .drop { $0 == " " }.reversed()
            for key in cells[0].split(separator: "`") where key.first != " " && key.first != "," {
                rows[String(key)] = String(treatment)
            }
        }
        return rows
    }

    @Test(arguments: ConfigKey.File.allCases)
    func tableInTheDocumentationIsComplete(file: ConfigKey.File) throws {
        let documented = try Self.documented(file)
        let known = Dictionary(
            ConfigKey.all.filter { $0.file == file }.map { ($0.path, $0.treatment.rawValue) }, uniquingKeysWith: { $1 })
        #expect(known.count == ConfigKey.all.count { $0.file == file }, "a key is listed twice")
        #expect(documented.filter { known[$0.key] != $0.value } == [:])
        #expect(known.filter { documented[$0.key] != $0.value } == [:])
    }

    private static func obeyed(_ file: ConfigKey.File) -> [String] {
        ConfigKey.all.filter { $0.file == file && $0.treatment == .obeyed }.map(\.path)
    }

    private static func split(_ path: String) -> (section: String, key: String) {
        guard let dot = path.lastIndex(of: ".") else { return ("", path) }
        return (String(path[..<dot]), String(path[path.index(after: dot)...]))
    }

    /// No key takes a date: if it is accepted, the key is not read.
    @Test(arguments: obeyed(.containers)) func obeyedKeyIsRead(path: String) throws {
        let (section, key) = Self.split(path)
        host.write("etc/containers/containers.conf", "[\(section)]\n\(key) = 2026-11-30\n")
        let error = #expect(throws: ConfigError.self) { try ContainersConf.load(env: host.user()) }
        #expect(error?.message.hasPrefix("\(path): ") == true)
    }

    @Test(arguments: obeyed(.storage)) func obeyedKeyOfTheStoreIsRead(path: String) throws {
        let (section, key) = Self.split(path)
        host.write("etc/containers/storage.conf", "[\(section)]\n\(key) = 2026-11-30\n")
        let error = #expect(throws: ConfigError.self) { try StorageConfig.resolve(env: host.root(), rootless: false) }
        #expect(error?.message.hasPrefix("\(path): ") == true)
    }

    @Test(arguments: obeyed(.registries)) func obeyedKeyOfRegistriesIsRead(path: String) throws {
        let line = "\(Self.split(path).key) = 2026-11-30\n"
        let location = path.hasSuffix("location") ? "" : "location = 'b.io'\n"
        var text = line
        if path.hasPrefix("registry.mirror.") {
            text = "[[registry]]\nlocation = 'a.io'\n[[registry.mirror]]\n\(location)\(line)"
        } else if path.hasPrefix("registry.") {
            text = "[[registry]]\n\(location)\(line)"
        }
        host.write("etc/containers/registries.conf", text)
        #expect(throws: ConfigError.self) { try RegistriesConfig.load(env: host.user()) }
    }

    @Test(arguments: ConfigKey.all.filter { $0.treatment == .refused && $0.file == .containers })
    func refusedKeyIsNamedWithItsPlace(refused: ConfigKey) throws {
        let path = refused.path
        let scope = refused.scope == .steps ? ConfigKey.Scope.containers : refused.scope
        let (section, key) = Self.split(path)
        for (value, isRefused) in [("'x'", true), ("''", false), ("false", false), ("[]", false), ("['x']", true)] {
            let file = host.write("etc/containers/containers.conf", "[\(section)]\n\(key) = \(value)\n")
            let conf = try ContainersConf.load(env: host.user())
            guard isRefused else {
                try conf.checkSupported(for: scope)
                continue
            }
            let error = #expect(throws: ConfigError.self) { try conf.checkSupported(for: scope) }
            #expect(error?.description.hasPrefix("\(file):2:1: \(path): ") == true)
        }
    }

    @Test(arguments: ConfigKey.all.filter { $0.treatment == .refused && $0.file == .storage }.map(\.path))
    func refusedKeyOfTheStoreIsNamedWithItsPlace(path: String) throws {
        let (section, key) = Self.split(path)
        let file = host.write("etc/containers/storage.conf", "[\(section)]\n\(key) = 'true'\n")
        let error = #expect(throws: ConfigError.self) { try StorageConfig.resolve(env: host.root(), rootless: false) }
        #expect(error?.description.hasPrefix("\(file):2:1: \(path): ") == true)
        host.write("etc/containers/storage.conf", "[\(section)]\n\(key) = ''\n")
        _ = try StorageConfig.resolve(env: host.root(), rootless: false)
    }

    @Test func harmlessValuesOfDistributionsAreAccepted() throws {
        host.write(
            "usr/share/containers/containers.conf",
            """
            [containers]
            userns = "host"
            apparmor_profile = "container-default"
            log_driver = "journald"
            nonsense = 3
            [engine]
            image_default_transport = "docker://"
            cgroup_manager = "systemd"
            [engine.runtimes]
            crun = ["/usr/bin/crun"]
            [secrets.opts]
            [machine]
            cpus = 2
            """)
        try ContainersConf.load(env: host.user()).checkSupported(for: .containers)
        host.write("usr/share/containers/containers.conf", "[containers]\nuserns = 'auto'\n[engine]\nremote = true\n")
        let conf = try ContainersConf.load(env: host.user())
        let error = #expect(throws: ConfigError.self) { try conf.checkSupported(for: .steps) }
        #expect(error?.line == 2)
        #expect(conf.refusals.count == 2)
    }

    @Test func reportNamesTheSourceOfEachKey() throws {
        let main = host.write("etc/containers/containers.conf", "[containers]\ntz = 'UTC'\ninit = true\n")
        let later = host.write("etc/containers/containers.conf.d/a.conf", "# x\n[containers]\ntz = 'local'\nodd = 1\n")
        let registries = host.write("etc/containers/registries.conf", "[[registry]]\nlocation = 'a.io'\n")
        host.write("etc/containers/storage.conf", "[storage]\ndriver = 'vfs'\n")
        let reports = try ConfigReport.all(env: host.user(["STORAGE_DRIVER": "overlay"]))
        let sources = Dictionary(reports.flatMap(\.keys).map { ($0.path, $0.source) }, uniquingKeysWith: { $1 })
        #expect(reports[0].files == [main, later])
        #expect(sources["containers.tz"] == "\(later):3")
        #expect(sources["containers.init"] == "\(main):3")
        #expect(sources["storage.driver"] == "$STORAGE_DRIVER")
        #expect(sources["registry.\"a.io\""] == "\(registries):2")
        #expect(reports[0].keys.first { $0.path == "containers.odd" }?.treatment == "unknown")
    }
}
