import CommandLineGrammar

extension Face {
    /// swiftlet's own grammar: Buildah's commands at top level, and those of Skopeo and Podman in groups.
    static var swiftlet: Face {
        Face(
            name: "swiftlet", summary: "Build, move and run container images, without a daemon and without root",
            flags: GlobalFlags.flags + [GlobalFlags.module],
            commands: workingContainerVerbs + backgroundVerbs + [
                .group("container", summary: "Run containers", containerCommands), systemGroup(), artifactGroup,
                .command(SBOMCommand.self),
                .group(
                    "cache", summary: "Manage cache mounts of builds",
                    [
                        .command(CacheListCommand.self), .command(CacheRemoveCommand.self),
                        .command(CacheExportCommand.self), .command(CacheImportCommand.self),
                    ]),
                volumeGroup,
                .group(
                    "image", summary: "Copy and inspect images of any transport", flags: transportFlags,
                    transportCommands + imageCommands + [
                        .command(ImageTreeCommand.self), .command(ImageSignCommand.self),
                        .command(ImageVerifyCommand.self), trustGroup,
                    ]),
            ])
    }

    /// `image trust ...`: the policy on which images to accept.
    static var trustGroup: CommandNode {
        .group(
            "trust", summary: "Manage container image trust policy",
            [.command(TrustSetCommand.self), .command(TrustShowCommand.self)])
    }

    /// Buildah's grammar; commands that behave differently under that name check `Session.calledAs`.
    static var buildah: Face {
        Face(
            name: "buildah", summary: "A tool that facilitates building OCI images", flags: GlobalFlags.flags,
            commands: workingContainerVerbs, style: .buildah)
    }

    /// What users of Podman type for containers in the background, where Buildah has no command of the same name.
    private static var backgroundVerbs: [CommandNode] {
        let commands: [any Command.Type] = [
            ContainerAttachCommand.self, ContainerExecCommand.self, ContainerKillCommand.self,
            ContainerLogsCommand.self, ContainerRestartCommand.self, ContainerStartCommand.self,
            ContainerStopCommand.self, ContainerWaitCommand.self,
        ]
        return commands.map { .command($0) }
    }

    private static var workingContainerVerbs: [CommandNode] {
        let commands: [any Command.Type] = [
            AddCommand.self, BuildCommand.self, CommitCommand.self, ConfigCommand.self, ContainersCommand.self,
            CopyCommand.self, FromCommand.self, HistoryCommand.self, ImagesCommand.self, InfoCommand.self,
            InspectCommand.self, LoginCommand.self, LogoutCommand.self, MountCommand.self, PruneCommand.self,
            PullCommand.self, PushCommand.self,
            RemoveCommand.self, RemoveImageCommand.self, RenameCommand.self, RunCommand.self, TagCommand.self,
            UnmountCommand.self, UnshareCommand.self, UntagCommand.self, VersionCommand.self,
        ]
        return commands.map { .command($0) } + [
            manifestGroup, sourceGroup, .refused("mkcw", "confidential workloads are not supported"),
        ]
    }

    /// `source ...`: images of source code.
    private static var sourceGroup: CommandNode {
        .group(
            "source", summary: "Create, push, pull and manage source images",
            [
                .command(SourceAddCommand.self), .command(SourceCreateCommand.self),
                .command(SourcePullCommand.self), .command(SourcePushCommand.self),
            ])
    }
}
