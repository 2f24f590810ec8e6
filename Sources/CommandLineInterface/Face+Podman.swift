import CommandLineGrammar

extension Face {
    /// Podman's grammar, as far as there is something behind it.
    static var podman: Face {
        Face(
            name: "podman", summary: "Manage containers and images", flags: podmanFlags,
            commands: [
                .group("container", summary: "Manage containers", containerCommands),
                .group("image", summary: "Manage images", imageCommands),
                manifestGroup,
                .command(ContainerListCommand.self),
                .command(BuildCommand.self), .command(HistoryCommand.self), .command(ImagesCommand.self),
                .command(InfoCommand.self), .command(PullCommand.self), .command(PushCommand.self),
                .command(RemoveImageCommand.self), .command(TagCommand.self), .command(UnshareCommand.self),
                .command(UntagCommand.self), .command(VersionCommand.self),
            ] + containerVerbs)
    }

    /// `container ...`, in swiftlet's grammar as in Podman's.
    static var containerCommands: [CommandNode] {
        containerVerbs + [
            .command(ContainerExistsCommand.self), .command(ContainerInspectCommand.self),
            .command(ContainerListCommand.self, as: "list", aliases: ["ls", "ps"]),
            .command(ContainerPruneCommand.self),
        ]
    }

    /// The commands that Podman has at top level and below `container`.
    private static var containerVerbs: [CommandNode] {
        let commands: [any Command.Type] = [
            ContainerCreateCommand.self, ContainerKillCommand.self, ContainerRemoveCommand.self,
            ContainerRenameCommand.self, ContainerRunCommand.self, ContainerStartCommand.self,
            ContainerStopCommand.self, ContainerWaitCommand.self,
        ]
        let refused = [
            "attach": "containers run in the foreground only", "logs": "no logs are kept of containers",
            "exec": "joining a running container is not supported yet", "pause": "control groups are not used",
            "unpause": "control groups are not used", "restart": "containers run in the foreground only",
            "top": "use ps with the container's process", "stats": "control groups are not used",
            "checkpoint": "it is not supported", "restore": "it is not supported",
        ]
        return commands.map { .command($0) } + refused.sorted { $0.key < $1.key }.map { .refused($0.key, $0.value) }
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
