import CommandLineGrammar

/// The flags of `container run` and `container create`, except the confinement flags.
enum ContainerFlags {
    static let flags: [Flag] =
        naming + platform + process + files + lifecycle + limits + SupervisionFlags.flags + PublishFlags.flags
        + SharedFlags.fetching
        + ConfinementFlags.flags + withoutEffect + refused

    private static let naming: [Flag] = [
        .string("name", "string", help: "assign a name to the container"),
        .bool("replace", help: "if a container with the same name exists, replace it"),
        .string("cidfile", "file", help: "write the container ID to the file"),
        Flag("label", short: "l", .stringArray, help: "set metadata on container"),
        Flag("label-file", .stringArray, placeholder: "file", help: "read in a line delimited file of labels"),
        Flag("annotation", .stringArray, help: "add annotations to container (key=value)"),
    ]

    private static let platform: [Flag] = [
        .string("pull", "policy", help: "pull image policy: always, missing, never, newer"),
        .bool("quiet", short: "q", help: "suppress output information when pulling images"),
        .string("platform", "OS/ARCH[/VARIANT]", help: "choose the image for this platform"),
        .string("arch", aliases: ["override-arch"], help: "use this architecture instead of that of the machine"),
        .string("os", aliases: ["override-os"], help: "use this operating system instead of the running one"),
        .string("variant", aliases: ["override-variant"], help: "use this variant of the architecture"),
    ]

    private static let process: [Flag] = [
        Flag("env", short: "e", .stringArray, help: "set environment variables in container"),
        Flag("env-file", .stringArray, placeholder: "file", help: "read in a file of environment variables"),
        .bool("env-host", help: "use all current host environment variables in container"),
        Flag("unsetenv", .stringArray, help: "unset environment default variables in container"),
        .bool("unsetenv-all", help: "unset all default environment variables in container"),
        .bool(
            "http-proxy", default: true,
            help: "set proxy environment variables in the container based on the host proxy vars"),
        .string("workdir", short: "w", help: "working directory inside the container"),
        .string("user", short: "u", "NAME[:GROUP]", help: "username or UID"),
        Flag("group-add", .stringSlice, help: "add additional groups to the primary container process"),
        .string("umask", help: "set umask in container"),
        .string("entrypoint", help: "overwrite the default ENTRYPOINT of the image"),
        .string("hostname", short: "h", help: "set container hostname"),
        .string("timezone", aliases: ["tz"], help: "set timezone in container"),
        .bool("init", help: "run an init inside the container that forwards signals and reaps processes"),
        .bool("privileged", help: "give extended privileges to container"),
        .bool("interactive", short: "i", help: "keep STDIN open even if not attached"),
        .bool("tty", short: "t", help: "allocate a pseudo-TTY for container"),
        Flag("attach", short: "a", .stringArray, help: "attach to STDIN, STDOUT or STDERR"),
    ]

    private static let limits: [Flag] = [
        Flag("pids-limit", .int, help: "tune container pids limit (set -1 for unlimited)"),
        Flag(
            "sysctl", .stringSlice, placeholder: "name=value",
            help: "set kernel parameters of the container's namespaces"),
    ]

    private static let files: [Flag] = [
        Flag(
            "volume", short: "v", .stringArray, placeholder: "[SOURCE:]TARGET[:OPTIONS]",
            help: "bind mount a volume into the container"),
        Flag("volumes-from", .stringArray, help: "mount volumes from the specified container(s)"),
        Flag("mount", .stringArray, help: "attach a filesystem mount to the container"),
        Flag(
            "tmpfs", .stringArray, placeholder: "TARGET[:OPTIONS]",
            help: "mount a temporary filesystem (tmpfs) into a container"),
        .string("image-volume", default: "bind", help: "what the image's volumes become: bind, tmpfs, ignore"),
        .bool("read-only", help: "make containers root filesystem read-only"),
        .bool(
            "read-only-tmpfs", default: true,
            help: "when running read-only containers mount read-write tmpfs on /run, /tmp and /var/tmp"),
        .bool("rootfs", help: "the first argument is not an image but the rootfs to the exploded container"),
    ]

    private static let lifecycle: [Flag] = [
        .bool("rm", help: "remove container (and pod if created) after exit"),
        .string("stop-signal", help: "signal to stop a container"),
        Flag("stop-timeout", .int, help: "timeout (in seconds) that containers stopped by user command have to exit"),
    ]

    /// Accepted because they request the only behaviour.
    private static let withoutEffect: [Flag] = [
        .string("systemd", help: "false or true: nothing is mounted for systemd"),
        .string("sdnotify", help: "ignore or container: the notification socket is not passed on"),
        .string("userns", "mode", help: "host: the store's mapping is used"),
        .bool("no-healthcheck", help: "disable healthchecks on container, which are never run"),
    ]

    private static let refused: [Flag] = [
        .refused("pod", "pods are not supported"), .refused("pod-id-file", "pods are not supported"),
        .refused("requires", "containers do not depend on each other"),
        .refused("health-cmd", aliases: ["healthcheck-command"], "healthchecks are not run"),
        .refused("health-interval", aliases: ["healthcheck-interval"], "healthchecks are not run"),
        .refused("health-retries", aliases: ["healthcheck-retries"], "healthchecks are not run"),
        .refused("health-start-period", aliases: ["healthcheck-start-period"], "healthchecks are not run"),
        .refused("health-timeout", aliases: ["healthcheck-timeout"], "healthchecks are not run"),
        .refused("secret", "secrets are not supported yet"),
        .refused("init-path", "the init is built in"),
        .refused("uidmap", "the store's mapping is used"), .refused("gidmap", "the store's mapping is used"),
        .refused("subuidname", "the store's mapping is used"), .refused("subgidname", "the store's mapping is used"),
        .refused("timeout", "containers run until they end"), .refused("hostuser", "accounts are not added"),
        .refused("passwd-entry", "accounts are not added"),
    ]
}
