/// Registry credentials in files: containers-auth.json(5) and Docker's `config.json`.
package struct AuthFiles: Sendable, Equatable {
    /// The existing files, in order of precedence.
    package var files: [AuthFile]

    /// Creates credentials from these files.
    package init(files: [AuthFile] = []) {
        self.files = files
    }

    /// Reads the files. With `path` or `$REGISTRY_AUTH_FILE` only that one, which must exist; otherwise
    /// `$XDG_RUNTIME_DIR/containers/auth.json` (`/run/containers/UID/auth.json` without that variable),
    /// `$XDG_CONFIG_HOME/containers/auth.json`, `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`,
    /// `~/.dockercfg`.
    package static func load(env: ConfigEnvironment, path: String? = nil) throws(ConfigError) -> AuthFiles {
        if let named = path ?? env.value("REGISTRY_AUTH_FILE") {
            guard let bytes = try ConfigFiles.readIfPresent(named) else {
                throw ConfigError(.notFound, "no such credential file", file: named)
            }
            return AuthFiles(files: [try AuthFile(parsing: bytes, file: named, isLegacy: false)])
        }
        var files: [AuthFile] = []
        for (file, isLegacy) in locations(env: env) {
            // Tools run by root create /run/containers inaccessible to others.
            guard let bytes = try ConfigFiles.readIfPresent(file, mayBeOutOfReach: true) else { continue }
            files.append(try AuthFile(parsing: bytes, file: file, isLegacy: isLegacy))
        }
        return AuthFiles(files: files)
    }

    /// The file that `login` writes.
    package static func primaryFile(env: ConfigEnvironment, path: String? = nil) -> String {
        if let named = path ?? env.value("REGISTRY_AUTH_FILE") { return named }
        // Root has no directory of a session that could be somebody else's.
        let runtime = env.uid == 0 ? env.value("XDG_RUNTIME_DIR") : env.runtimeDirectory
        if let runtime { return "\(runtime)/containers/auth.json" }
        return env.system("/run/containers/\(env.uid)/auth.json")
    }

    /// The credentials for the repository `name` (`host[:port]/path`), or for a registry (`host[:port]`): in each file
    /// first from its helper for the registry, then from the entry for the longest prefix of the name. nil if no file
    /// has any.
    package func credentials(for name: String) throws(ConfigError) -> RegistryCredentials? {
        for file in files {
            if let found = try file.credentials(for: name) { return found }
        }
        return nil
    }

    /// Where to write credentials if the primary file is inaccessible; nil without a home directory.
    package static func secondaryFile(env: ConfigEnvironment) -> String? {
        env.configHome.map { "\($0)/containers/auth.json" }
    }

    private static func locations(env: ConfigEnvironment) -> [(String, isLegacy: Bool)] {
        var result = [(primaryFile(env: env), false)]
        if let home = env.configHome { result.append(("\(home)/containers/auth.json", false)) }
        if let docker = env.value("DOCKER_CONFIG") ?? env.underHome(".docker") {
            result.append(("\(docker)/config.json", false))
        }
        if let legacy = env.underHome(".dockercfg") { result.append((legacy, true)) }
        return result
    }
}

/// Credentials for a registry.
package enum RegistryCredentials: Sendable, Equatable {
    /// A user name and a password.
    case password(user: String, password: String)
    /// An OAuth2 refresh token.
    case identityToken(user: String, token: String)
    /// Credentials stored by the program `docker-credential-NAME`.
    case helper(name: String, registry: String)

    /// What nobody else may know, as far as it is known.
    package var secrets: [String] {
        switch self {
        case .password(_, let password): [password]
        case .identityToken(_, let token): [token]
        case .helper: []
        }
    }
}
