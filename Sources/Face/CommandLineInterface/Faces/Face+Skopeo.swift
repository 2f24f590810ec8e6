import CommandLineGrammar

extension Face {
    /// Skopeo's grammar.
    static var skopeo: Face {
        Face(
            name: "skopeo", summary: "Various operations with container images and container image registries",
            flags: GlobalFlags.flags + transportFlags + [
                .string("policy", "path", help: "path to a trust policy file"),
                .bool("debug", help: "enable debug output"),
                .string("command-timeout", "duration", help: "timeout for the command execution"),
            ], commands: transportCommands + [.command(LoginCommand.self), .command(LogoutCommand.self)],
            failureCode: 1)
    }

    /// Skopeo's commands, which swiftlet has below `image`.
    static var transportCommands: [CommandNode] {
        [
            .command(ImageCopyCommand.self), .command(ImageDeleteCommand.self), .command(ImageInspectCommand.self),
            .command(ListTagsCommand.self), .command(ManifestDigestCommand.self), .command(SyncCommand.self),
            .command(StandaloneSignCommand.self), .command(StandaloneVerifyCommand.self),
            .command(SignatureDumpCommand.self),
            .command(GenerateSigstoreKeyCommand.self),
        ]
    }

    /// Flags that Skopeo accepts both before and after its commands.
    static var transportFlags: [Flag] {
        CopyFlags.platform + [
            .bool("insecure-policy", help: "run the tool without any policy check"),
            .bool("require-signed", help: "require any image that is copied to be signed"),
            .string("user-agent-prefix", "text", help: "prefix to add to the user agent"),
            .string("tls-details", "file", help: "path to a containers-tls-details.yaml(5) file"),
            .string("tmpdir", "directory", help: "directory used to store temporary files"),
            .string("registries.d", "directory", help: "use registry configuration files in DIRECTORY for signatures"),
            .refused("registries-conf", "set CONTAINERS_REGISTRIES_CONF instead"),
        ]
    }
}
