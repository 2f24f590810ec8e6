import JSONText

/// A credential file.
package struct AuthFile: Sendable, Equatable {
    /// An entry of `auths`.
    package struct Entry: Sendable, Equatable {
        /// Base64 of `user:password`.
        package var auth: String
        /// An OAuth2 refresh token; empty if there is none.
        package var identityToken: String
    }

    /// The path of the file.
    package let file: String
    /// Entries by registry, namespace or repository; legacy files use URLs.
    package var auths: [String: Entry] = [:]
    /// Credential helpers' names by registry.
    package var credentialHelpers: [String: String] = [:]
    /// The helper for all other registries; empty if there is none.
    package var credentialsStore = ""
    /// Whether it is a `.dockercfg`, which only supports registries as keys.
    package let isLegacy: Bool

    /// Parses `bytes`, the content of `file`.
    ///
    /// - Throws: ``ConfigError``; the message never contains content of the file.
    package init(parsing bytes: [UInt8], file: String, isLegacy: Bool) throws(ConfigError) {
        self.file = file
        self.isLegacy = isLegacy
        // `touch` is how some create it.
        if bytes.allSatisfy({ $0 <= 0x20 }) { return }
        let root = try ConfigJSON.parse(bytes, file: file)
        guard let object = root.object else { throw ConfigError(.invalidValue, "must be a JSON object", file: file) }
        let auths = isLegacy ? object : object["auths"]?.object ?? JSONObject()
        for (key, value) in auths {
            guard let entry = value.object else { continue }
            self.auths[key] = Entry(
                auth: Self.authorization(entry), identityToken: entry["identitytoken"]?.string ?? "")
        }
        guard !isLegacy else { return }
        for (registry, helper) in object["credHelpers"]?.object ?? JSONObject() {
            if let name = helper.string { credentialHelpers[registry] = name }
        }
        credentialsStore = object["credsStore"]?.string ?? ""
    }

    /// Docker also accepts the two parts on their own.
    private static func authorization(_ entry: JSONObject) -> String {
        let auth = entry["auth"]?.string ?? ""
        guard auth.isEmpty, let user = entry["username"]?.string, let password = entry["password"]?.string else {
            return auth
        }
        return Base64.encode("\(user):\(password)".utf8)
    }

    /// The credentials for `name`; nil if there are no usable ones.
    func credentials(for name: String) throws(ConfigError) -> RegistryCredentials? {
        let registry = String(name.prefix { $0 != "/" })
        if let helper = credentialHelpers[registry] { return .helper(name: helper, registry: registry) }
        for key in isLegacy ? [registry] : Self.keys(of: name) {
            if let entry = auths[key] { return try decode(entry, key: key) }
        }
        let wanted = Self.normalized(registry)
        for key in auths.keys.sorted() where Self.normalized(key) == wanted && (isLegacy || !Self.hasPath(key)) {
            if let entry = auths[key] { return try decode(entry, key: key) }
        }
        return credentialsStore.isEmpty ? nil : .helper(name: credentialsStore, registry: registry)
    }

    private func decode(_ entry: Entry, key: String) throws(ConfigError) -> RegistryCredentials? {
        guard let decoded = Base64.decode(entry.auth) else {
            throw ConfigError(.invalidValue, "the entry for \(key) is not base64", file: file)
        }
        guard let colon = decoded.firstIndex(of: UInt8(ascii: ":")) else {
            return entry.identityToken.isEmpty ? nil : .identityToken(user: "", token: entry.identityToken)
        }
        let user = String(decoding: decoded[..<colon], as: UTF8.self)
        if !entry.identityToken.isEmpty { return .identityToken(user: user, token: entry.identityToken) }
        // Old versions of Docker padded the password with NUL bytes.
        var password = decoded[decoded.index(after: colon)...]
        while password.last == 0 { password.removeLast() }
        guard !user.isEmpty, !password.isEmpty else { return nil }
        return .password(user: user, password: String(decoding: password, as: UTF8.self))
    }

    /// `name` and its parents, the longest first.
    private static func keys(of name: String) -> [String] {
        var keys = [name]
        var rest = Substring(name)
        while let slash = rest.lastIndex(of: "/") {
            rest = rest[..<slash]
            keys.append(String(rest))
        }
        return keys
    }

    /// The host in a legacy entry's URL; Docker Hub has several names.
    private static func normalized(_ key: String) -> String {
        let host = withoutScheme(key).prefix { $0 != "/" }
        return ["registry-1.docker.io", "docker.io"].contains(host) ? "index.docker.io" : String(host)
    }

    /// Whether the key is a namespace rather than a registry; URLs such as `https://host/v1/` are not.
    private static func hasPath(_ key: String) -> Bool {
        withoutScheme(key).count == key.count && key.contains("/")
    }

    private static func withoutScheme(_ key: String) -> Substring {
        for scheme in ["https://", "http://"] where key.hasPrefix(scheme) { return key.dropFirst(scheme.count) }
        return Substring(key)
    }
}
