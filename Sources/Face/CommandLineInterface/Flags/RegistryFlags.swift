import CommandLineGrammar

/// Registry access, with Skopeo's flags for either end of a copy.
enum RegistryFlags {
    /// - Parameter prefix: `src-`, `dest-`, or empty.
    static func flags(prefix: String) -> [Flag] {
        let side = prefix.isEmpty ? "the" : prefix == "src-" ? "the source" : "the destination"
        return [
            .string(
                "\(prefix)creds", "username[:password]", help: "credentials for accessing \(side) registry"),
            .string("\(prefix)username", "name", help: "username for accessing \(side) registry"),
            .string("\(prefix)password", "password", help: "password for accessing \(side) registry"),
            .bool("\(prefix)no-creds", help: "access \(side) registry anonymously"),
            .string("\(prefix)cert-dir", "path", help: "certificates (*.crt, *.cert, *.key) for \(side) registry"),
            Flag(
                "\(prefix)tls-verify", .bool(default: true),
                help: "require HTTPS and verify certificates of \(side) registry"),
            .string("\(prefix)authfile", "path", help: "path of the authentication file for \(side) registry"),
            .refused("\(prefix)registry-token", "tokens are obtained with credentials"),
            .string("\(prefix)daemon-host", "host", help: "use the Docker daemon at HOST (docker-daemon: only)"),
            .refused("\(prefix)shared-blob-dir", "each layout keeps its own blobs"),
        ].filter { prefix != "" || $0.name != "authfile" }
    }

    static let shared: [Flag] = [
        .string(
            "authfile", "path", environment: "REGISTRY_AUTH_FILE", help: "path of the authentication file"),
        Flag("retry-times", .int, placeholder: "int", help: "how often to retry after temporary failures"),
        Flag("retry-delay", .string, placeholder: "duration", help: "how long to wait between retries"),
    ]
}
