import CommandLineGrammar

/// Registry access, with Skopeo's flags for either end of a copy.
enum RegistryFlags {
    /// - Parameters:
    ///   - prefix: `src-`, `dest-`, or empty.
    ///   - sharesBlobs: whether the command reads or writes images, and not only repositories.
    static func flags(prefix: String, sharesBlobs: Bool = true) -> [Flag] {
        let old = ["src-": ["screds"], "dest-": ["dcreds"]][prefix] ?? []
        let blobs: Flag =
            sharesBlobs
            ? .string("\(prefix)shared-blob-dir", "directory", help: "share blobs across OCI layouts in DIRECTORY")
            : .refused("\(prefix)shared-blob-dir", "the command does not read blobs of OCI layouts")
        let side = prefix.isEmpty ? "the" : prefix == "src-" ? "the source" : "the destination"
        return [
            .string(
                "\(prefix)creds", "username[:password]", aliases: old,
                help: "credentials for accessing \(side) registry"),
            .string("\(prefix)username", "name", help: "username for accessing \(side) registry"),
            .string("\(prefix)password", "password", help: "password for accessing \(side) registry"),
            .bool("\(prefix)no-creds", help: "access \(side) registry anonymously"),
            .string("\(prefix)cert-dir", "path", help: "certificates (*.crt, *.cert, *.key) for \(side) registry"),
            Flag(
                "\(prefix)tls-verify", .bool(default: true),
                help: "require HTTPS and verify certificates of \(side) registry"),
            .string("\(prefix)authfile", "path", help: "path of the authentication file for \(side) registry"),
            .string("\(prefix)registry-token", "token", help: "bearer token for accessing \(side) registry"),
            .string("\(prefix)daemon-host", "host", help: "use the Docker daemon at HOST (docker-daemon: only)"),
            blobs,
        ].filter { prefix != "" || $0.name != "authfile" }
    }

    /// Skopeo's old flag for both ends of a copy.
    static let bothEnds = Flag(
        "tls-verify", .bool(default: true), hidden: true,
        help: "require HTTPS and verify certificates of both registries")

    static let shared: [Flag] = [
        .string(
            "authfile", "path", environment: "REGISTRY_AUTH_FILE", help: "path of the authentication file"),
        Flag("retry-times", .int, placeholder: "int", help: "how often to retry after temporary failures"),
        Flag("retry-delay", .string, placeholder: "duration", help: "how long to wait between retries"),
    ]
}
