extension RegistrySettings {
    /// Parses a `[[registry]]` table.
    init(_ table: ConfigTable) throws(ConfigError) {
        let prefix = try table.string("prefix").nonEmpty
        let isWildcard = prefix?.hasPrefix("*.") ?? false
        var location = try table.string("location") ?? ""
        if !location.isEmpty || !isWildcard { location = try Self.location(location, key: "location", in: table) }
        let mirrorByDigestOnly = try table.bool("mirror-by-digest-only") ?? false
        var mirrors: [RegistryEndpoint] = []
        for mirror in try table.tables("mirror") {
            mirrors.append(try Self.mirror(mirror, digestOnlyIsSet: mirrorByDigestOnly))
        }
        self.init(
            prefix: try Self.prefix(prefix ?? location, in: table),
            endpoint: RegistryEndpoint(location: location, insecure: try table.bool("insecure") ?? false),
            mirrors: mirrors, blocked: try table.bool("blocked") ?? false, mirrorByDigestOnly: mirrorByDigestOnly)
    }

    /// `text` without trailing slashes; an error if nothing is left or it starts with a scheme.
    static func location(_ text: String, key: String, in table: ConfigTable) throws(ConfigError) -> String {
        var rest = Substring(text)
        while rest.hasSuffix("/") { rest.removeLast() }
        guard !rest.isEmpty else { throw table.invalid(key, "cannot be empty") }
        guard !rest.hasPrefix("http://"), !rest.hasPrefix("https://") else {
            throw table.invalid(key, "\"\(text)\" must not have a URI scheme")
        }
        return String(rest)
    }

    private static func prefix(_ text: String, in table: ConfigTable) throws(ConfigError) -> String {
        let prefix = try location(text, key: "prefix", in: table)
        guard let star = prefix.firstIndex(of: "*") else { return prefix }
        let rest = prefix[prefix.index(after: star)...]
        let separators: [Character] = ["*", "/", ":", "@"]
        guard star == prefix.startIndex, rest.hasPrefix("."), rest.count > 1, !rest.contains(where: separators.contains)
        else {
            throw table.invalid("prefix", "a wildcard is only allowed as *.DOMAIN, not \"\(text)\"")
        }
        return prefix
    }

    private static func mirror(_ table: ConfigTable, digestOnlyIsSet: Bool) throws(ConfigError) -> RegistryEndpoint {
        let location = try location(table.string("location") ?? "", key: "location", in: table)
        var pulls = RegistryEndpoint.PullMode.all
        if let mode = try table.string("pull-from-mirror").nonEmpty {
            guard !digestOnlyIsSet else {
                throw table.invalid("pull-from-mirror", "not allowed together with mirror-by-digest-only")
            }
            guard let known = RegistryEndpoint.PullMode(rawValue: mode) else {
                throw table.invalid("pull-from-mirror", "must be all, digest-only or tag-only, not \"\(mode)\"")
            }
            pulls = known
        }
        return RegistryEndpoint(location: location, insecure: try table.bool("insecure") ?? false, pulls: pulls)
    }
}
