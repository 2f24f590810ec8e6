import CommandLineGrammar
import ContainersConfig
import Distribution
import ImageModel

/// `login`: verifies and stores credentials for a registry.
enum LoginCommand: Command {
    static let grammar = CommandGrammar(
        "login", summary: "Login to a container registry", usage: "login [options] REGISTRY",
        flags: [
            .string("username", short: "u", "username", help: "username for registry"),
            .string("password", short: "p", "password", help: "password for registry"),
            .bool("password-stdin", help: "take the password from stdin"),
            .bool("get-login", help: "return the current login user for the registry"),
            .bool("verbose", short: "v", help: "write more detailed information to stdout"),
            .string("authfile", "path", help: "path of the authentication file; overrides $REGISTRY_AUTH_FILE"),
            .string("compat-auth-file", "path", help: "path of a Docker-compatible config file to update instead"),
            .string("cert-dir", "path", help: "use certificates at the specified path to access the registry"),
            .bool(
                "tls-verify", default: true, help: "require HTTPS and verify certificates when accessing the registry"),
        ], arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let key = try CredentialKey(arguments.positionals[0])
        let place = try CredentialLocation(arguments, session)
        if arguments.bool("get-login") {
            guard let user = try place.user(for: key) else { throw CommandError("not logged into \(key.text)") }
            session.printLine(user)
            return 0
        }
        let known = try? place.user(for: key)
        if let known, !arguments.bool("password-stdin"), arguments.string("username") == nil,
            arguments.string("password") == nil, let stored = try place.credentials(for: key),
            (try? check(stored, key, arguments, session)) != nil
        {
            session.printLine("Authenticating with existing credentials for \(key.text)")
            session.printLine("Existing credentials are valid. Already logged in to \(key.text)")
            _ = known
            return 0
        }
        let (user, password) = try ask(arguments, known, session)
        do {
            try check(.password(user: user, password: password), key, arguments, session)
        } catch let error as RegistryError {
            let isRejected = [.unauthorized, .denied].contains(error.code) && !error.message.contains(": tls: ")
            let reason = isRejected ? "invalid username/password" : error.description
            throw CommandError("logging into \"\(key.text)\": \(reason)")
        }
        try place.store(user: user, password: password, for: key)
        if arguments.bool("verbose") { session.printLine("Used: \(place.file)") }
        session.printLine("Login Succeeded!")
        return 0
    }

    private static func check(
        _ credentials: RegistryCredentials, _ key: CredentialKey, _ arguments: ParsedArguments, _ session: Session
    ) throws {
        let registries = try RegistryFlags.access(arguments, session, credentials: credentials)
        do {
            try registries.registries().checkAccess(toHost: key.host)
        } catch {
            throw CommandError("authenticating creds for \(key.text.goQuoted): creating new docker client: \(error)")
        }
        try registries.client(host: key.host).checkCredentials()
    }

    private static func ask(
        _ arguments: ParsedArguments, _ known: String?, _ session: Session
    ) throws -> (user: String, password: String) {
        let given = arguments.string("username") ?? ""
        if arguments.bool("password-stdin") {
            guard arguments.string("password") == nil else {
                throw CommandError("Can't specify both --password-stdin and --password")
            }
            guard !given.isEmpty else { throw CommandError("Must provide --username with --password-stdin") }
            return (given, try PasswordPrompt.readInput())
        }
        var user = given
        if user.isEmpty {
            user = try PasswordPrompt.askPlain(known.map { "Username (\($0)): " } ?? "Username: ")
            if user.isEmpty { user = known ?? "" }
        }
        guard !user.isEmpty else { throw CommandError("a username is required") }
        return (user, try arguments.string("password") ?? PasswordPrompt.ask("Password: "))
    }
}

/// `logout`: removes credentials.
enum LogoutCommand: Command {
    static let grammar = CommandGrammar(
        "logout", summary: "Logout of a container registry", usage: "logout [options] [REGISTRY]",
        flags: [
            .bool("all", short: "a", help: "remove the cached credentials for all registries in the auth file"),
            .string("authfile", "path", help: "path of the authentication file; overrides $REGISTRY_AUTH_FILE"),
            .string("compat-auth-file", "path", help: "path of a Docker-compatible config file to update instead"),
            .bool("tls-verify", default: true, hidden: true, help: "without effect: no registry is accessed"),
        ], arguments: .atMost(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let place = try CredentialLocation(arguments, session)
        if arguments.bool("all") {
            guard arguments.positionals.isEmpty else {
                throw CommandError("--all does not accept arguments")
            }
            try place.removeAll()
            session.printLine("Removed login credentials for all registries")
            return 0
        }
        guard let text = arguments.positionals.first else {
            throw CommandError("please provide a registry to log out from")
        }
        let key = try CredentialKey(text)
        switch try place.remove(key) {
        case .removed: session.printLine("Removed login credentials for \(key.text)")
        case .elsewhere:
            session.printLine(
                "Not logged into \(key.text) with current tool. Existing credentials were established via docker login. "
                    + "Please use docker logout instead.")
        case .unknown: throw CommandError("not logged into \(key.text)")
        }
        return 0
    }
}

/// The scope of credentials: a registry, or a part of it.
struct CredentialKey {
    /// The key in the file: `host[:port][/namespace]`.
    let text: String
    /// `host[:port]`.
    let host: String

    init(_ given: String) throws {
        var text = given[...]
        for scheme in ["https://", "http://"] where text.hasPrefix(scheme) { text = text.dropFirst(scheme.count) }
        // In an old address only the host matters; a namespace never follows a scheme.
        if text.count != given.count { text = text.prefix { $0 != "/" } }
        while text.hasSuffix("/") { text.removeLast() }
        let host = String(text.prefix { $0 != "/" })
        guard ReferenceGrammar.isDomain(host),
            text.count == host.count || ReferenceGrammar.isPath(text.dropFirst(host.count + 1))
        else { throw CommandError("\"\(given)\" is not the name of a registry") }
        self.text = String(text)
        self.host = host
    }
}
