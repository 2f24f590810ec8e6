import CommandLineGrammar
import ContainerStore
import ContainersConfig
import Distribution
import LinuxSystem

extension RegistryFlags {
    /// Flags of the working-container commands, which access one registry.
    static let standard: [Flag] = access + [retry, retryDelay]

    /// Authentication and TLS.
    static let access: [Flag] = [
        .string(
            "authfile", "path", help: "path of the authentication file; $REGISTRY_AUTH_FILE overrides the default"),
        .string("creds", "[username[:password]]", help: "use [username[:password]] for accessing the registry"),
        .string("cert-dir", "path", help: "use certificates at the specified path to access the registry"),
        .bool("tls-verify", default: true, help: "require HTTPS and verify certificates when accessing the registry"),
    ]

    /// `--retry`.
    static let retry = Flag(
        "retry", .int, default: "3", help: "number of times to retry in case of failure when performing push/pull")
    /// `--retry-delay`.
    static let retryDelay = Flag.string("retry-delay", help: "delay between retries in case of push/pull failures")

    /// The defaults in containers.conf, for the help. An unreadable file is the business of commands that need it.
    static func configuredRetries(_ environment: ConfigEnvironment) -> [String: String] {
        guard let engine = try? ContainersConf.load(env: environment).engine else { return [:] }
        var defaults: [String: String] = [:]
        if let retries = engine.retry { defaults["retry"] = "\(retries)" }
        if !engine.retryDelay.isEmpty { defaults["retry-delay"] = engine.retryDelay }
        return defaults
    }

    /// Rejects a missing credentials file specified by a flag before anything else is done. `login` creates it.
    static func checkCredentialFiles(_ arguments: ParsedArguments) throws {
        guard arguments.commandPath.last != "login" else { return }
        for name in ["authfile", "compat-auth-file", "src-authfile", "dest-authfile"]
        where arguments.declares(name) && arguments.wasSet(name) {
            guard let file = arguments.optionalString(name), !Files.exists(file) else { continue }
            throw CommandError("credential file is not accessible: stat \(file): no such file or directory")
        }
    }

    /// Registry access as specified by a command's flags. Does not connect.
    ///
    /// - Parameters:
    ///   - prefix: `src-`, `dest-`, or empty.
    ///   - store: stores partial blobs of interrupted pulls, and the progress of pushes.
    ///   - given: credentials that override the flags.
    ///   - noteCredentials: receives the credentials that are used, before they are.
    static func access(
        _ arguments: ParsedArguments, _ session: Session, prefix: String = "", store: ContainerStore? = nil,
        credentials given: RegistryCredentials? = nil,
        noteCredentials: @escaping @Sendable (RegistryCredentials) -> Void = { _ in }
    ) throws -> RegistryAccess {
        func value(_ name: String) -> String? { arguments.optionalString(prefix + name) }
        var options = RegistryOptions(environment: session.registryEnvironment)
        // Podman and Skopeo do not know the variable.
        if ["buildah", "swiftlet"].contains(session.calledAs) {
            options.sources = try RegistrySources(env: session.environment)
        }
        options.authFile = value("authfile") ?? arguments.optionalString("authfile")
        options.certificateDirectory = value("cert-dir")
        options.daemonHost = value("daemon-host")
        let verify = "\(prefix)tls-verify"
        if arguments.declares(verify) { options.verifiesTLS = arguments.boolIfGiven(verify) }
        if options.verifiesTLS == nil, arguments.declares("tls-verify") {
            options.verifiesTLS = arguments.boolIfGiven("tls-verify")
        }
        options.registryToken = value("registry-token")
        options.minimumTLS = try arguments.optionalString("tls-details").flatMap { try TLSDetails.minimumVersion($0) }
        options.blobPlacesDirectory = blobPlaces(session)
        options.noteCredentials = noteCredentials
        options.warn = { [name = session.calledAs] in LogLine.write(.warning, $0, calledAs: name) }
        if arguments.declares("\(prefix)no-creds") { options.isAnonymous = arguments.bool("\(prefix)no-creds") }
        if let given {
            // Credentials in files are irrelevant then.
            options.credentials = given
            options.authFile = nil
        } else if let creds = value("creds") {
            options.credentials = try credentials(creds)
        } else if let user = value("username") {
            guard let password = value("password") else {
                throw CommandError("--\(prefix)username needs --\(prefix)password")
            }
            options.credentials = .password(user: user, password: password)
        }
        guard !options.isAnonymous || options.credentials == nil else {
            throw CommandError("creds and no-creds cannot be specified at the same time")
        }
        options.signatureStoresDirectory = arguments.optionalString("registries.d")
        options.retry = try retryPolicy(arguments, session)
        options.journalDirectory = store.map { "\($0.layout.ownRoom)/partial" }
        options.uploadDirectory = store.map { "\($0.layout.ownRoom)/uploads" }
        return RegistryAccess(options, userAgent: userAgent(arguments))
    }

    static func userAgent(_ arguments: ParsedArguments) -> String {
        let own = "swiftlet/\(Swiftlet.version)"
        return arguments.optionalString("user-agent-prefix").map { "\($0) \(own)" } ?? own
    }

    /// Where to remember which repositories have which blobs, beside what the related tools remember.
    private static func blobPlaces(_ session: Session) -> String? {
        let environment = session.registryEnvironment
        let base =
            environment.uid == 0
            ? "\(environment.systemRoot)/var/lib/containers" : environment.dataHome.map { "\($0)/containers" }
        return base.map { "\($0)/cache/swiftlet-blobs" }
    }

    /// Parses `user[:password]`; prompts for a missing password on the terminal.
    static func credentials(_ text: String) throws -> RegistryCredentials {
        guard let colon = text.firstIndex(of: ":") else {
            guard !text.isEmpty else { throw CommandError("credentials can't be empty") }
            return .password(user: text, password: try PasswordPrompt.ask("Password: "))
        }
        guard colon != text.startIndex else { throw CommandError("username can't be empty") }
        return .password(user: String(text[..<colon]), password: String(text[text.index(after: colon)...]))
    }

    /// The flags, otherwise containers.conf, which Skopeo does not read.
    private static func retryPolicy(_ arguments: ParsedArguments, _ session: Session) throws -> RetryPolicy {
        var policy = RetryPolicy()
        if session.calledAs != "skopeo" {
            let engine = try session.containersConf().engine
            if let retries = engine.retry { policy.retries = min(retries, 1000) }
            if !engine.retryDelay.isEmpty {
                guard let seconds = DurationText.seconds(engine.retryDelay) else {
                    throw CommandError(
                        "containers.conf: engine.retry_delay: \"\(engine.retryDelay)\" is not a duration such as 2s")
                }
                policy.delay = seconds
            }
        }
        for name in ["retry", "retry-times"] where arguments.declares(name) && arguments.wasSet(name) {
            guard let retries = arguments.int(name), (0...1000).contains(retries) else {
                throw CommandError("--\(name): the number is out of range")
            }
            policy.retries = retries
        }
        if let delay = arguments.optionalString("retry-delay") {
            guard let seconds = DurationText.seconds(delay) else {
                throw CommandError("--retry-delay: \"\(delay)\" is not a duration such as 2s or 1m")
            }
            policy.delay = seconds
        }
        return policy
    }
}

extension ParsedArguments {
    /// The value of a flag that the command may not declare; nil if it is missing or empty.
    fileprivate func optionalString(_ name: String) -> String? {
        guard declares(name), let value = string(name), !value.isEmpty else { return nil }
        return value
    }
}

/// Durations in Go's syntax, in whole seconds.
enum DurationText {
    /// `90s`, `1m30s`, `2h`; fractions are rounded up. nil for an invalid duration.
    ///
    /// - Parameter limit: longer durations are rejected.
    static func seconds(_ text: String, upTo limit: Double = 86400) -> Int? {
        let units: [(suffix: String, seconds: Double)] = [
            ("ms", 0.001), ("us", 0.000001), ("µs", 0.000001), ("ns", 0.000000001), ("h", 3600), ("m", 60), ("s", 1),
        ]
        var rest = text[...]
        var total = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count)
            guard let number = Double(digits), let unit = units.first(where: { rest.hasPrefix($0.suffix) }) else {
                return text == "0" ? 0 : nil
            }
            total += number * unit.seconds
            rest = rest.dropFirst(unit.suffix.count)
        }
        return total <= limit ? Int(total.rounded(.up)) : nil
    }
}
