import JSONText

/// A policy as text that is changed: what is not changed stays as it is.
package struct PolicyDocument {
    private var root: JSONObject
    private let file: String

    /// - Parameters:
    ///   - bytes: nil for a policy that does not exist yet.
    /// - Throws: ``ConfigError`` for an invalid policy.
    package init(_ bytes: [UInt8]?, file: String) throws(ConfigError) {
        self.file = file
        root = [:]
        guard let bytes else { return }
        _ = try SignaturePolicy(parsing: bytes, file: file)
        root = try ConfigJSON.parse(bytes, file: file, refusesDuplicates: true).object ?? [:]
    }

    /// Replaces the requirements of a scope.
    ///
    /// - Parameters:
    ///   - scope: `default`, or a registry, a namespace, a repository or an image; of the transport that already has
    ///     requirements for it, otherwise of registries.
    ///   - type: `insecureAcceptAnything`, `reject`, `signedBy` or `sigstoreSigned`.
    ///   - keys: files with keys; an image needs a signature for each.
    /// - Returns: the new text.
    /// - Throws: ``ConfigError`` if the policy would not be valid.
    package mutating func set(_ scope: String, type: String, keys: [String]) throws(ConfigError) -> [UInt8] {
        var requirements: [JSONValue] = []
        switch type {
        case "signedBy":
            requirements = keys.map { ["type": "signedBy", "keyType": "GPGKeys", "keyPath": .string($0)] }
        case "sigstoreSigned": requirements = keys.map { ["type": "sigstoreSigned", "keyPath": .string($0)] }
        default: requirements = [["type": .string(type)]]
        }
        if scope == "default" {
            root["default"] = .array(requirements)
        } else {
            var transports = root["transports"]?.object ?? [:]
            let owner = transports.keys.first { transports[$0]?.object?.contains(scope) == true } ?? "docker"
            var scopes = transports[owner]?.object ?? [:]
            scopes[scope] = .array(requirements)
            transports[owner] = .object(scopes)
            root["transports"] = .object(transports)
        }
        guard root["default"] != nil else {
            throw ConfigError(.invalidValue, "default trust policy must be set", file: file)
        }
        let bytes = JSONValue.object(root).serialized(pretty: true) + [UInt8(ascii: "\n")]
        _ = try SignaturePolicy(parsing: bytes, file: file)
        return bytes
    }
}

extension SignaturePolicy {
    /// Whether a text can be the scope of images in registries: a registry, also with a wildcard for the first labels of
    /// its name, a namespace, a repository, or an image.
    package static func isScope(_ text: String) -> Bool {
        let name = text.hasPrefix("*.") ? text.dropFirst(2) : text[...]
        let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/@")
        guard !name.isEmpty, name.allSatisfy(allowed.contains), !name.hasPrefix("/"), !name.hasSuffix("/") else {
            return false
        }
        return !name.contains("//")
    }
}
