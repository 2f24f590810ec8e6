import CommandLineGrammar

extension Face {
    /// Podman's grammar, as far as there is something behind it.
    static var podman: Face {
        Face(
            name: "podman", summary: "Manage containers and images", flags: podmanFlags,
            commands: [
                .group("container", summary: "Manage containers", containerCommands),
                .group("image", summary: "Manage images", imageCommands),
                .command(ContainerRunCommand.self),
                .command(BuildCommand.self), .command(HistoryCommand.self), .command(ImagesCommand.self),
                .command(InfoCommand.self), .command(PullCommand.self), .command(PushCommand.self),
                .command(RemoveImageCommand.self), .command(TagCommand.self), .command(UnshareCommand.self),
                .command(UntagCommand.self), .command(VersionCommand.self),
            ])
    }

    /// `container ...`, in swiftlet's grammar as in Podman's.
    static var containerCommands: [CommandNode] {
        [.command(ContainerCreateCommand.self), .command(ContainerRunCommand.self)]
    }

    static var imageCommands: [CommandNode] {
        [
            .command(BuildCommand.self), .command(HistoryCommand.self),
            .command(ImagesCommand.self, as: "list", aliases: ["ls"]),
            .command(PullCommand.self), .command(PushCommand.self), .command(RemoveImageCommand.self, as: "rm"),
            .command(TagCommand.self), .command(UntagCommand.self),
        ]
    }

    private static var podmanFlags: [Flag] { GlobalFlags.flags }
}
