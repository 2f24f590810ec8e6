import CommandLineGrammar

extension Face {
    /// Podman's grammar, as far as there is something behind it.
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
                        .command(PodmanRemoveImageCommand.self, as: "rm"),
                    ]),
                manifestGroup,
                .command(ContainerListCommand.self), .command(InfoCommand.self), .command(LoginCommand.self),
                .command(LogoutCommand.self), .command(PodmanImagesCommand.self), .command(PodmanInspectCommand.self),
                .command(PodmanRemoveImageCommand.self),
                .command(UnshareCommand.self), .command(VersionCommand.self),
            ] + refusedCommands)
    }

    /// What has nothing behind it, and what to do instead where there is something.
    private static var refusedCommands: [CommandNode] {
        [
            .refused("save", "use push IMAGE docker-archive:FILE, or oci-archive:FILE"),
            .refused("load", "use pull docker-archive:FILE, or oci-archive:FILE"),
            .refused("import", "use build with FROM scratch and ADD"),
            .refused("search", "registries are not searched"),
            .refused("pod", "there are no pods"), .refused("network", "networks are made with each container"),
            .refused("volume", "named volumes are not supported yet"), .refused("secret", "secrets are not kept"),
            .refused("events", "no events are kept"), .refused("generate", "nothing is generated"),
            .refused("kube", "there are no pods"), .refused("play", "there are no pods"),
            .refused("machine", "it is not needed on Linux"),
            .refused("system", "use info, prune of images and containers"),
            .refused("auto-update", "containers do not run in the background"),
            .refused("healthcheck", "healthchecks are not run"), .refused("init", "containers are started in one go"),
        ]
    }

    /// The commands that Podman has at top level and below `image`.
    private static var imageVerbs: [CommandNode] {
        let commands: [any Command.Type] = [
            BuildCommand.self, HistoryCommand.self, PullCommand.self, PushCommand.self, TagCommand.self,
            UntagCommand.self,
        ]
        return commands.map { .command($0) }
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
            ContainerCommitCommand.self, ContainerCopyCommand.self, ContainerCreateCommand.self,
            ContainerDiffCommand.self,
            ContainerExportCommand.self, ContainerKillCommand.self, ContainerMountCommand.self,
            ContainerPortCommand.self,
            ContainerRemoveCommand.self, ContainerUnmountCommand.self,
            ContainerRenameCommand.self, ContainerRunCommand.self, ContainerStartCommand.self,
            ContainerStopCommand.self, ContainerWaitCommand.self,
        ]
        let refused = [
            "attach": "containers run in the foreground only", "logs": "no logs are kept of containers",
            "exec": "joining a running container is not supported yet", "pause": "control groups are not used",
            "unpause": "control groups are not used", "restart": "containers run in the foreground only",
            "top": "use ps with the container's process", "stats": "control groups are not used",
            "clone": "use commit and run",
            "checkpoint": "it is not supported", "restore": "it is not supported",
        ]
        return commands.map { .command($0) } + refused.sorted { $0.key < $1.key }.map { .refused($0.key, $0.value) }
    }

    /// What swiftlet has below `image` besides what moves images.
    static var imageCommands: [CommandNode] {
        [
            .command(BuildCommand.self), .command(HistoryCommand.self),
            .command(ImagesCommand.self, as: "list", aliases: ["ls"]), .command(ImageExistsCommand.self),
            .command(PullCommand.self), .command(PushCommand.self), .command(RemoveImageCommand.self, as: "rm"),
            .command(TagCommand.self), .command(UntagCommand.self),
        ]
    }

    /// Those of Podman's that choose a way of working that is not here are taken where they choose what is so anyway.
    private static var podmanFlags: [Flag] {
        GlobalFlags.flags.filter { !["cgroup-manager", "remote", "url"].contains($0.name) } + [
            .string("cgroup-manager", "manager", hidden: true, help: "no control groups are used: cgroupfs or systemd"),
            .string("events-backend", "backend", hidden: true, help: "no events are kept: none, file or journald"),
            .string("runtime", "runtime", help: "path or name of an OCI runtime, which then runs containers"),
            Flag("runtime-flag", .stringArray, help: "add global flags for the container runtime"),
            .refused("remote", short: "r", "there is no remote service"),
            .refused("url", "there is no remote service"),
            .refused("connection", "there is no remote service"),
            .refused("identity", "there is no remote service"), .refused("ssh", "there is no remote service"),
            .refused("conmon", "there is no monitor process"), .refused("network-cmd-path", "it is looked for in PATH"),
            .refused("hooks-dir", "hooks are not run"), .refused("module", "set CONTAINERS_CONF instead"),
            .refused("namespace", "containers have no groups"), .refused("tmpdir", "there is none"),
            .refused("volumepath", "named volumes are not supported yet"),
            .refused("network-config-dir", "networks have no configuration"), .refused("syslog", "nothing is logged"),
            .refused("trace", "nothing is traced"), .refused("noout", "redirect the output"),
            .refused("transient-store", "use --root"), .refused("imagestore", "use --root"),
        ]
    }
}
