import OutputTemplates

/// The types for templates of Podman's `inspect` commands and Skopeo's `inspect`: fields that the JSON omits are empty,
/// fields that do not exist are errors.
extension InspectTemplateTypes {
    private static let labels = TemplateShape.Field("Labels", .map(.text))
    private static let annotations = TemplateShape.Field("Annotations", .map(.text))
    private static let graphDriver = TemplateShape.Field(
        "GraphDriver", .optional(.structure(type: "define.DriverData", [text("Name"), .init("Data", .map(.text))])))

    /// `podman image inspect`.
    static let podmanImage = TemplateShape.structure(
        type: "libimage.ImageData",
        [
            text("Id", "ID"), text("Digest"), texts("RepoTags"), texts("RepoDigests"), text("Parent"),
            text("Comment"), .init("Created", .time), .init("Config", .optional(openConfig)), text("Version"),
            text("Author"), text("Architecture"), text("Os"), .init("Size", .number), .init("VirtualSize", .number),
            graphDriver,
            .init("RootFS", .optional(.structure(type: "libimage.RootFS", [text("Type"), texts("Layers")]))),
            labels, annotations, text("ManifestType"), text("User"), .init("History", .list(openHistory)),
            texts("NamesHistory"), .init("Healthcheck", "HealthCheck", .optional(healthcheck)),
        ])

    private static let podmanState = TemplateShape.structure(
        type: "define.InspectContainerState",
        [
            text("OciVersion"), text("Status"), flag("Running"), flag("Paused"), flag("Restarting"),
            flag("OOMKilled"), flag("Dead"), .init("Pid", .number), .init("ConmonPid", .number),
            .init("ExitCode", .number), text("Error"), .init("StartedAt", .time), .init("FinishedAt", .time),
            .init("Health", .any), flag("Checkpointed"), text("CgroupPath"), flag("Restored"),
        ])

    private static let podmanConfig = TemplateShape.structure(
        type: "define.InspectContainerConfig",
        [
            text("Hostname"), text("Domainname", "DomainName"), text("User"), flag("AttachStdin"),
            flag("AttachStdout"), flag("AttachStderr"), flag("Tty"), flag("OpenStdin"), flag("StdinOnce"),
            texts("Env"), texts("Cmd"), text("Image"), set("Volumes"), text("WorkingDir"), .init("Entrypoint", .any),
            .init("OnBuild", .any), labels, annotations, .init("StopSignal", .any),
            .init("Healthcheck", .optional(healthcheck)), texts("CreateCommand"), text("Timezone"), text("Umask"),
            .init("Timeout", .number), .init("StopTimeout", .number), set("ExposedPorts"),
        ])

    /// `podman container inspect`.
    static let podmanContainer = TemplateShape.structure(
        type: "define.InspectContainerData",
        [
            text("Id", "ID"), .init("Created", .time), text("Path"), texts("Args"),
            .init("State", .optional(podmanState)), text("Image"), text("ImageDigest"), text("ImageName"),
            text("Rootfs"), text("Pod"), text("ResolvConfPath"), text("HostnamePath"), text("HostsPath"),
            text("StaticDir"), text("OCIConfigPath"), text("OCIRuntime"), text("ConmonPidFile"), text("PidFile"),
            text("Name"), .init("RestartCount", .number), text("Driver"), text("MountLabel"), text("ProcessLabel"),
            text("AppArmorProfile"), texts("EffectiveCaps"), texts("BoundingCaps"), texts("ExecIDs"), graphDriver,
            .init("SizeRw", .optional(.number)), .init("SizeRootFs", .number), .init("Mounts", .list(.any)),
            texts("Dependencies"), .init("NetworkSettings", .any), text("Namespace"), flag("IsInfra"),
            flag("IsService"), .init("LockNumber", .number), .init("Config", .optional(podmanConfig)),
            .init("HostConfig", .any),
        ])
}
