import CommandLineGrammar

extension Face {
    /// Podman's grammar, as far as it is supported.
    static var podman: Face {
        Face(
            name: "podman", summary: "Manage containers and images", flags: podmanFlags,
            commands: containerVerbs + imageVerbs + [
                .group("container", summary: "Manage containers", containerCommands),
                .group(
                    "image", summary: "Manage images",
                    imageVerbs + [
                        .command(ImageExistsCommand.self), .command(PodmanImageInspectCommand.self),
                        .command(PodmanImagePruneCommand.self),
                        .command(PodmanImagesCommand.self, as: "list", aliases: ["ls"]),
                        .command(PodmanRemoveImageCommand.self, as: "rm"), trustGroup,
                    ]),
                volumeGroup, networkGroup,
                .group(
                    "buildx", summary: "Build images",
                    [.command(BuildCommand.self), .command(PruneCommand.self)]),
                .group(
                    "builder", summary: "Manage builds",
                    [.command(BuildCommand.self), .command(PruneCommand.self)]),
                manifestGroup, artifactGroup, systemGroup(refusing: podmanSystemCommands),
                .command(ContainerListCommand.self), .command(InfoCommand.self), .command(LoginCommand.self),
                .command(LogoutCommand.self), .command(PodmanImagesCommand.self), .command(PodmanInspectCommand.self),
                .command(PodmanRemoveImageCommand.self),
                .command(UnshareCommand.self), .command(VersionCommand.self),
            ] + refusedCommands)
    }

    /// Unsupported commands, with alternatives if there are any.
    private static var refusedCommands: [CommandNode] {
        [
            .refused("import", "use build with FROM scratch and ADD"),
            .refused("search", "registries cannot be searched"),
            .refused("pod", "swiftlet has no pods"),
            .refused("secret", "secrets are not stored"),
            .refused("events", "events are not recorded"), .refused("generate", "no files are generated"),
            .refused("kube", "swiftlet has no pods"), .refused("play", "swiftlet has no pods"),
            .refused("machine", "not needed on Linux"),
            .refused("auto-update", "containers do not run in the background"),
            .refused("healthcheck", "health checks are not run"),
            .refused("init", "containers are started in one step"),
        ]
    }

    /// `system ...`.
    static func systemGroup(refusing refused: [CommandNode] = []) -> CommandNode {
        .group(
            "system", summary: "Manage the store",
            [.command(SystemCheckCommand.self), .command(DiskUsageCommand.self)] + refused)
    }

    private static var podmanSystemCommands: [CommandNode] {
        [
            .refused("connection", "there is no remote service"),
            .refused("events", "events are not recorded"), .refused("info", "use info"),
            .command(SystemMigrateCommand.self),
            .refused("prune", "use prune of images and containers"),
            .refused("renumber", "there is no database of containers"), .refused("reset", "use rmi --all --force"),
            .refused("service", "there is no remote service"),
        ]
    }

    /// The commands that Podman has both at top level and below `image`.
    private static var imageVerbs: [CommandNode] {
        let commands: [any Command.Type] = [
            BuildCommand.self, HistoryCommand.self, LoadCommand.self, PullCommand.self, PushCommand.self,
            SaveCommand.self,
            TagCommand.self,
            UntagCommand.self,
        ]
        return commands.map { .command($0) }
    }

    /// `container ...`, in swiftlet's grammar as well as Podman's.
    static var containerCommands: [CommandNode] {
        containerVerbs + [
            .command(ContainerExistsCommand.self), .command(ContainerInspectCommand.self),
            .command(ContainerListCommand.self, as: "list", aliases: ["ls", "ps"]),
            .command(ContainerPruneCommand.self),
        ]
    }

    /// The commands that Podman has both at top level and below `container`.
    private static var containerVerbs: [CommandNode] {
        let commands: [any Command.Type] = [
            ContainerAttachCommand.self, ContainerExecCommand.self, ContainerLogsCommand.self,
            ContainerRestartCommand.self, ContainerTopCommand.self,
            ContainerCommitCommand.self, ContainerCopyCommand.self, ContainerCreateCommand.self,
            ContainerDiffCommand.self,
            ContainerExportCommand.self, ContainerKillCommand.self, ContainerMountCommand.self,
            ContainerPortCommand.self,
            ContainerRemoveCommand.self, ContainerUnmountCommand.self,
            ContainerRenameCommand.self, ContainerRunCommand.self, ContainerStartCommand.self,
            ContainerStopCommand.self, ContainerWaitCommand.self,
        ]
        let refused = [
            "pause": "control groups are not used",
            "unpause": "control groups are not used", "stats": "control groups are not used",
            "clone": "use commit and run",
            "checkpoint": "containers cannot be checkpointed", "restore": "containers cannot be checkpointed",
        ]
        return commands.map { .command($0) } + refused.sorted { $0.key < $1.key }.map { .refused($0.key, $0.value) }
    }

    /// swiftlet's commands below `image`, except those that copy images.
    static var imageCommands: [CommandNode] {
        [
            .command(BuildCommand.self), .command(HistoryCommand.self),
            .command(ImagesCommand.self, as: "list", aliases: ["ls"]), .command(ImageExistsCommand.self),
            .command(PullCommand.self), .command(PushCommand.self), .command(RemoveImageCommand.self, as: "rm"),
            .command(TagCommand.self), .command(UntagCommand.self),
        ]
    }

    /// Podman's global flags. Those for modes that are not available are accepted only with the values that apply
    /// anyway.
    private static var podmanFlags: [Flag] {
        GlobalFlags.flags.filter { !["cgroup-manager", "remote", "url"].contains($0.name) } + [
            .string("cgroup-manager", "manager", hidden: true, help: "cgroupfs or systemd; cgroups are not used"),
            .string("events-backend", "backend", hidden: true, help: "none, file or journald; events are not recorded"),
            .string("runtime", "runtime", help: "path or name of the OCI runtime to use"),
            Flag("runtime-flag", .stringArray, help: "add global flags for the container runtime"),
            .bool("remote", short: "r", hidden: true, help: "there is no remote service: false"),
            .refused("url", "there is no remote service"),
            .refused("connection", "there is no remote service"),
            .refused("identity", "there is no remote service"), .refused("ssh", "there is no remote service"),
            .refused("conmon", "there is no monitor process"), .refused("network-cmd-path", "it is searched in PATH"),
            .refused("hooks-dir", "hooks are not run"), GlobalFlags.module,
            .refused("namespace", "containers are not grouped"), .refused("tmpdir", "it is not used"),
            .refused("volumepath", "named volumes are not supported yet"),
            .refused("network-config-dir", "networks are not configurable"),
            .refused("syslog", "nothing is logged to syslog"),
            .refused("trace", "there is no tracing"), .refused("noout", "redirect the output"),
            Flag("cdi-spec-dir", .stringArray, placeholder: "directory", help: "directory of CDI configuration files"),
        ]
    }
}
