/// Where signatures of registry images are stored: registries.d (containers-registries.d(5)).
package struct SignatureStores: Sendable, Equatable {
    /// The configuration of a repository, a namespace or a registry.
    package struct Place: Sendable, Equatable {
        /// The `file`, `http` or `https` URL for reading.
        package var lookaside: String?
        /// The URL for writing, if different.
        package var staging: String?
        /// Whether signatures are stored in the registry itself.
        package var usesAttachments: Bool?
    }

    private var fallback: Place?
    private var places: [String: Place] = [:]
    private let ownDirectory: String

    /// Reads the files of `directory`, otherwise the drop-ins of the user and the system (``ConfigSearch``).
    ///
    /// - Throws: ``ConfigError`` for invalid content, and for a name that occurs in two files.
    package static func load(
        env: ConfigEnvironment, directory: String? = nil
    ) throws(ConfigError) -> SignatureStores {
        let ownDirectory =
            env.uid == 0
            ? env.system("/var/lib/containers/sigstore")
            : env.dataHome.map { "\($0)/containers/sigstore" } ?? env.system("/var/lib/containers/sigstore")
        var stores = SignatureStores(ownDirectory: ownDirectory)
        var search = ConfigSearch.signatureStores
        search.dropInDirectory = directory
        for file in try search.readDropIns(env) {
            try stores.add(YAMLSubset.parse(String(decoding: file.bytes, as: UTF8.self), path: file.path), file.path)
        }
        return stores
    }

    private init(ownDirectory: String) { self.ownDirectory = ownDirectory }

    private mutating func add(_ document: YAMLSubset.Value, _ path: String) throws(ConfigError) {
        func invalid(_ message: String) -> ConfigError { ConfigError(.invalidValue, message, file: path) }
        guard case .mapping(let members) = document else { throw invalid("expected a mapping") }
        for (key, value) in members {
            switch key {
            case "default-docker":
                guard fallback == nil else { throw invalid("default-docker is defined in another file too") }
                fallback = try Self.place(value, path)
            case "docker":
                guard case .mapping(let names) = value else { throw invalid("docker must be a mapping") }
                for (name, value) in names {
                    guard places[name] == nil else { throw invalid("\"\(name)\" is defined in another file too") }
                    places[name] = try Self.place(value, path)
                }
            default: throw invalid("unknown key \"\(key)\"")
            }
        }
    }

    private static func place(_ value: YAMLSubset.Value, _ path: String) throws(ConfigError) -> Place {
        var place = Place()
        func invalid(_ message: String) -> ConfigError { ConfigError(.invalidValue, message, file: path) }
        if case .scalar("") = value { return place }
        guard case .mapping(let members) = value else { throw invalid("expected a mapping") }
        for (key, value) in members {
            guard case .scalar(let text) = value else { throw invalid("\(key) must be a text") }
            switch key {
            case "lookaside": place.lookaside = text
            // Legacy names.
            case "sigstore": place.lookaside = place.lookaside ?? text
            case "lookaside-staging": place.staging = text
            case "sigstore-staging": place.staging = place.staging ?? text
            case "use-sigstore-attachments":
                guard ["true", "false"].contains(text) else { throw invalid("\(key) must be true or false") }
                place.usesAttachments = text == "true"
            default: throw invalid("unknown key \"\(key)\"")
            }
        }
        return place
    }

    /// The setting of the image's most specific scope for which `value` returns one.
    private func first<Value>(_ scopes: [String], _ value: (Place) -> Value?) -> Value? {
        for scope in scopes {
            if let place = places[scope], let found = value(place) { return found }
        }
        return fallback.flatMap(value)
    }

    /// The base URL for reading an image's signatures, without the repository.
    package func lookaside(scopes: [String]) -> String {
        first(scopes) { $0.lookaside } ?? "file://\(ownDirectory)"
    }

    /// The same, nil if nothing is configured.
    package func configuredLookaside(scopes: [String]) -> String? { first(scopes) { $0.lookaside } }

    /// The base URL for writing signatures.
    package func staging(scopes: [String]) -> String {
        first(scopes) { $0.staging ?? $0.lookaside } ?? "file://\(ownDirectory)"
    }

    /// Whether to look for signatures in the registry.
    package func usesAttachments(scopes: [String]) -> Bool {
        first(scopes) { $0.usesAttachments } ?? false
    }
}
