import CommandLineGrammar
import ContainersConfig
import Distribution

/// The location of credentials for `login` and `logout`: the file from flags and environment, or the helper configured
/// in it.
struct CredentialLocation {
    /// The result of a removal.
    enum Removal {
        case removed
        /// They are in another tool's file.
        case elsewhere
        case unknown
    }

    let file: String
    private let environment: ConfigEnvironment
    private let isNamed: Bool

    init(_ arguments: ParsedArguments, _ session: Session) throws {
        environment = session.registryEnvironment
        let own = arguments.string("authfile") ?? ""
        let compatible = arguments.string("compat-auth-file") ?? ""
        guard own.isEmpty || compatible.isEmpty else {
            throw CommandError(
                "options for paths to the credential file and to the Docker-compatible credential file can not be set "
                    + "simultaneously")
        }
        let named = compatible.isEmpty ? own : compatible
        isNamed = !named.isEmpty || environment.value("REGISTRY_AUTH_FILE") != nil
        let primary = AuthFiles.primaryFile(env: environment, path: named.isEmpty ? nil : named)
        // Without a session there is no per-session directory of the user.
        let isOutOfReach = !isNamed && environment.uid != 0 && environment.runtimeDirectory == nil
        file = isOutOfReach ? AuthFiles.secondaryFile(env: environment) ?? primary : primary
    }

    /// The credentials for a key, here or, unless a file was specified, in the files of other tools; helpers are
    /// queried.
    func credentials(for key: CredentialKey) throws -> RegistryCredentials? {
        let own = try AuthFileEditor(file)
        let files =
            isNamed ? own.contents.map { AuthFiles(files: [$0]) } ?? AuthFiles() : try AuthFiles.load(env: environment)
        guard case .helper(let name, let registry)? = try files.credentials(for: key.text) else {
            return try files.credentials(for: key.text)
        }
        return try CredentialHelper(name).credentials(for: registry)
    }

    /// The user name of the stored credentials.
    func user(for key: CredentialKey) throws -> String? {
        switch try credentials(for: key) {
        case .password(let user, _): user
        case .identityToken(let user, _): user.isEmpty ? "<token>" : user
        case .helper, nil: nil
        }
    }

    func store(user: String, password: String, for key: CredentialKey) throws {
        let editor = try AuthFileEditor(file)
        if let helper = editor.helper(for: key.host) {
            try CredentialHelper(helper).store(user: user, password: password, for: key.host)
        } else {
            try editor.setting(user: user, password: password, for: key.text).write()
        }
    }

    func remove(_ key: CredentialKey) throws -> Removal {
        let editor = try AuthFileEditor(file)
        if let helper = editor.helper(for: key.host), try CredentialHelper(helper).credentials(for: key.host) != nil {
            try CredentialHelper(helper).erase(key.host)
            return .removed
        }
        if let changed = editor.removing(key.text) {
            try changed.write()
            return .removed
        }
        return try !isNamed && AuthFiles.load(env: environment).credentials(for: key.text) != nil
            ? .elsewhere : .unknown
    }

    func removeAll() throws {
        try AuthFileEditor(file).removingAll().write()
    }
}
