import JSONText

extension SignaturePolicy {
    /// Reads the policy from `path`, otherwise from the file in `$CONTAINERS_POLICY_JSON`, otherwise from the highest
    /// that exists of the user's, `/etc/containers/policy.json` and `/usr/share/containers/policy.json`.
    ///
    /// - Returns: nil if no file was named and none of these exists.
    /// - Throws: ``ConfigError`` for a specified file that is missing, and for anything unknown in a file: a policy
    ///   with a typing error must not accept more than intended.
    package static func load(env: ConfigEnvironment, path: String? = nil) throws(ConfigError) -> SignaturePolicy? {
        var search = ConfigSearch.policy
        search.mainFile = path
        return try search.readMain(env).map { file throws(ConfigError) in
            try SignaturePolicy(parsing: file.bytes, file: file.path)
        }
    }

    /// The default locations of the policy.
    package static func locations(env: ConfigEnvironment) -> [String] { ConfigSearch.policy.mainFiles(env) }

    /// Parses `bytes`, the content of `file`.
    package init(parsing bytes: [UInt8], file: String) throws(ConfigError) {
        let parser = PolicyParser(file: file)
        let root = try parser.object(try ConfigJSON.parse(bytes, file: file, refusesDuplicates: true), "the policy")
        try parser.checkKeys(of: root, allowed: ["default", "transports"], "the policy")
        guard let defaults = root["default"] else { throw parser.invalid("the global \"default\" is missing") }
        self.init(defaults: try parser.requirements(defaults, "default"))
        self.file = file
        guard let transports = root["transports"] else { return }
        for (transport, value) in try parser.object(transports, "transports") {
            var scopes: [String: [Requirement]] = [:]
            for (scope, value) in try parser.object(value, "transports.\(transport)") {
                try parser.check(scope: scope, of: transport)
                scopes[scope] = try parser.requirements(value, "transports.\(transport).\"\(scope)\"")
            }
            self.transports[transport] = scopes
        }
    }
}

/// A strict parser of policies: anything unknown is an error.
struct PolicyParser {
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
}
