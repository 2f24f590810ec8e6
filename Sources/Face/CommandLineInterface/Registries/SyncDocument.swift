import ContainersConfig

/// The file for `sync --src yaml`: registries with repositories, their tags and access settings.
struct SyncDocument {
    /// One registry.
    struct Registry {
        let host: String
        /// Repositories and their tags or digests; no tags mean all.
        var images: [(repository: String, tags: [String])] = []
        /// Repositories and regular expressions that their tags must match.
        var patterns: [(repository: String, expression: String)] = []
        var user: String?
        var password: String?
        var certificateDirectory: String?
        var verifiesTLS: Bool?
    }

    let registries: [Registry]

    init(parsing text: String, path: String) throws {
        guard case .mapping(let hosts) = try YAMLSubset.parse(text, path: path) else {
            throw CommandError("\(path): expected registries with images")
        }
        registries = try hosts.map { try Self.registry($0.key, $0.value, path) }
    }

    private static func registry(_ host: String, _ value: YAMLSubset.Value, _ path: String) throws -> Registry {
        var registry = Registry(host: host)
        guard case .mapping(let members) = value else { throw CommandError("\(path): \(host) lists no images") }
        for (key, value) in members {
            switch (key, value) {
            case ("images", .mapping(let images)):
                for (repository, tags) in images { registry.images.append((repository, try list(tags, path))) }
            case ("images-by-tag-regex", .mapping(let patterns)):
                for (repository, pattern) in patterns {
                    registry.patterns.append((repository, try scalar(pattern, path)))
                }
            case ("credentials", .mapping(let members)):
                for (key, value) in members where key == "username" { registry.user = try scalar(value, path) }
                for (key, value) in members where key == "password" { registry.password = try scalar(value, path) }
            case ("cert-dir", _): registry.certificateDirectory = try scalar(value, path)
            case ("tls-verify", _): registry.verifiesTLS = try scalar(value, path) == "true"
            default: throw CommandError("\(path): \(host): \"\(key)\" is not supported")
            }
        }
        return registry
    }

    private static func scalar(_ value: YAMLSubset.Value, _ path: String) throws -> String {
        guard case .scalar(let text) = value else { throw CommandError("\(path): expected a single value") }
        return text
    }

    private static func list(_ value: YAMLSubset.Value, _ path: String) throws -> [String] {
        switch value {
        case .list(let items): return try items.map { try scalar($0, path) }
        case .scalar(""): return []
        default: throw CommandError("\(path): expected a list of tags")
        }
    }
}
