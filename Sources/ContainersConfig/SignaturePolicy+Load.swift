import JSONText

extension SignaturePolicy {
    /// Reads the policy from `path`, else from `~/.config/containers/policy.json`, else from
    /// `/etc/containers/policy.json`, else from `/usr/share/containers/policy.json`.
    ///
    /// - Returns: nil when `path` is nil and none of the files exists.
    /// - Throws: ``ConfigError`` for a file that is named but missing, and for anything in a file that is not understood:
    ///   a policy with a typing error must not accept more than was meant.
    package static func load(env: ConfigEnvironment, path: String? = nil) throws(ConfigError) -> SignaturePolicy? {
        if let path {
            guard let bytes = try ConfigFiles.readIfPresent(path) else {
                throw ConfigError(.notFound, "no such file", file: path)
            }
            return try SignaturePolicy(parsing: bytes, file: path)
        }
        for file in locations(env: env) {
            if let bytes = try ConfigFiles.readIfPresent(file) {
                return try SignaturePolicy(parsing: bytes, file: file)
            }
        }
        return nil
    }

    /// Where ``load(env:path:)`` looks.
    package static func locations(env: ConfigEnvironment) -> [String] {
        let system = ["/etc/containers/policy.json", "/usr/share/containers/policy.json"].map(env.system)
        return (env.underHome(".config/containers/policy.json").map { [$0] } ?? []) + system
    }

    /// Reads `bytes`, which stand in `file`.
    package init(parsing bytes: [UInt8], file: String) throws(ConfigError) {
        let parser = PolicyParser(file: file)
        let root = try parser.object(try ConfigJSON.parse(bytes, file: file), "the policy")
        try parser.checkKeys(of: root, allowed: ["default", "transports"], "the policy")
        guard let defaults = root["default"] else { throw parser.invalid("the global \"default\" is missing") }
        self.init(defaults: try parser.requirements(defaults, "default"))
        self.file = file
        guard let transports = root["transports"] else { return }
        for (transport, value) in try parser.object(transports, "transports") {
            var scopes: [String: [Requirement]] = [:]
            for (scope, value) in try parser.object(value, "transports.\(transport)") {
                scopes[scope] = try parser.requirements(value, "transports.\(transport).\"\(scope)\"")
            }
            self.transports[transport] = scopes
        }
    }
}

/// Strict reading of the policy: what is not known is an error.
private struct PolicyParser {
    let file: String

    func invalid(_ message: String) -> ConfigError { ConfigError(.invalidValue, message, file: file) }

    func object(_ value: JSONValue, _ place: String) throws(ConfigError) -> JSONObject {
        guard let object = value.object else { throw invalid("\(place) must be an object") }
        return object
    }

    func checkKeys(of object: JSONObject, allowed: Set<String>, _ place: String) throws(ConfigError) {
        for key in object.keys where !allowed.contains(key) {
            throw invalid("unknown key \"\(key)\" in \(place)")
        }
    }

    func requirements(_ value: JSONValue, _ place: String) throws(ConfigError) -> [SignaturePolicy.Requirement] {
        guard let items = value.array, !items.isEmpty else {
            throw invalid("\(place) must be a list of at least one requirement")
        }
        var result: [SignaturePolicy.Requirement] = []
        for item in items { result.append(try requirement(try object(item, "a requirement of \(place)"), place)) }
        return result
    }

    private func requirement(
        _ object: JSONObject, _ place: String
    ) throws(ConfigError) -> SignaturePolicy.Requirement {
        guard let type = object["type"]?.string else { throw invalid("a requirement of \(place) has no type") }
        switch type {
        case "insecureAcceptAnything", "reject":
            try checkKeys(of: object, allowed: ["type"], place)
            return type == "reject" ? .reject : .insecureAcceptAnything
        case "signedBy":
            try checkKeys(
                of: object, allowed: ["type", "keyType", "keyPath", "keyPaths", "keyData", "signedIdentity"], place)
            guard object["keyType"]?.string == "GPGKeys" else { throw invalid("keyType in \(place) must be GPGKeys") }
            return .signedBy(try keys(object, place), identity: try identity(object, place))
        case "sigstoreSigned" where object["fulcio"] == nil && object["pki"] == nil:
            try checkKeys(
                of: object,
                allowed: [
                    "type", "keyPath", "keyPaths", "keyData", "keyDatas", "rekorPublicKeyPath", "rekorPublicKeyData",
                    "rekorPublicKeyPaths", "rekorPublicKeyDatas", "signedIdentity",
                ], place)
            guard !object.keys.contains(where: { $0.hasPrefix("rekor") || $0 == "keyDatas" }) else {
                return .unknown(type: type)
            }
            return .sigstoreSigned(try keys(object, place), identity: try identity(object, place))
        default:
            return .unknown(type: type)
        }
    }

    private func keys(_ object: JSONObject, _ place: String) throws(ConfigError) -> SignaturePolicy.KeySource {
        var sources: [SignaturePolicy.KeySource] = []
        if let path = object["keyPath"]?.string { sources.append(.paths([path])) }
        if let paths = object["keyPaths"]?.array { sources.append(.paths(paths.compactMap(\.string))) }
        if let data = object["keyData"]?.string { sources.append(.data(data)) }
        guard let source = sources.first, sources.count == 1, source != .paths([]) else {
            throw invalid("exactly one of keyPath, keyPaths and keyData must be given in \(place)")
        }
        return source
    }

    private func identity(_ object: JSONObject, _ place: String) throws(ConfigError) -> SignaturePolicy.Identity {
        guard let value = object["signedIdentity"] else { return .matchRepoDigestOrExact }
        let identity = try self.object(value, "signedIdentity in \(place)")
        func field(_ name: String) throws(ConfigError) -> String {
            guard let text = identity[name]?.string, !text.isEmpty else {
                throw invalid("signedIdentity in \(place) needs \(name)")
            }
            return text
        }
        switch identity["type"]?.string {
        case "matchExact": return .matchExact
        case "matchRepoDigestOrExact": return .matchRepoDigestOrExact
        case "matchRepository": return .matchRepository
        case "exactReference": return .exactReference(try field("dockerReference"))
        case "exactRepository": return .exactRepository(try field("dockerRepository"))
        case "remapIdentity":
            return .remapIdentity(prefix: try field("prefix"), signedPrefix: try field("signedPrefix"))
        default: throw invalid("unknown type of signedIdentity in \(place)")
        }
    }
}
