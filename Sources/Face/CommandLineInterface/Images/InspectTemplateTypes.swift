import OutputTemplates

/// The types for templates of `inspect`: those of Buildah's `inspect`, so that `{{.OCIv1.Config.Volumes}}` also prints
/// `map[/v:{}]`.
enum InspectTemplateTypes {
    static let description = TemplateShape.structure(
        type: "buildah.BuilderInfo",
        [
            text("Type"), text("FromImage"), text("FromImageID"), text("FromImageDigest"), text("Config"),
            text("Manifest"), text("Container"), text("ContainerID"), text("MountPoint"), text("ProcessLabel"),
            text("MountLabel"), .init("ImageAnnotations", .map(.text)), text("ImageCreatedBy"),
            .init("OCIv1", openImage), .init("Docker", dockerImage), text("DefaultMountsFilePath"), text("Isolation"),
            .init(
                "NamespaceOptions",
                .list(
                    .structure(
                        type: "define.NamespaceOption", [text("Name"), .init("Host", .flag), text("Path")]))),
            .init("Capabilities", .list(.text)), text("ConfigureNetwork"), text("CNIPluginPath"),
            text("CNIConfigDir"), .init("IDMappingOptions", idMapping),
            .init("History", .list(openHistory)), .init("Devices", .list(.any)),
        ])

    static func text(_ key: String, _ name: String? = nil) -> TemplateShape.Field {
        .init(key, name ?? key, .text)
    }
    static func texts(_ key: String) -> TemplateShape.Field { .init(key, .list(.text)) }
    static func flag(_ key: String) -> TemplateShape.Field { .init(key, .flag) }

    /// A Go set: a map to structures without fields.
    static func set(_ key: String) -> TemplateShape.Field {
        .init(key, .map(.structure(type: "struct {}", [])))
    }

    private static let rootFS = TemplateShape.structure(
        type: "v1.RootFS", [text("type"), .init("diff_ids", "DiffIDs", .list(.text))])

    static let openHistory = TemplateShape.structure(
        type: "v1.History",
        [
            .init("created", .time), text("created_by"), text("author"), text("comment"), flag("empty_layer"),
        ])

    static let openConfig = TemplateShape.structure(
        type: "v1.ImageConfig",
        [
            text("User"), set("ExposedPorts"), texts("Env"), texts("Entrypoint"), texts("Cmd"), set("Volumes"),
            text("WorkingDir"), .init("Labels", .map(.text)), text("StopSignal"), flag("ArgsEscaped"),
        ])

    /// An image's configuration by the OCI's specification.
    static let openImage = TemplateShape.structure(
        type: "v1.Image",
        [
            .init("created", .time), text("author"), text("architecture"), text("variant"), text("os", "OS"),
            text("os.version", "OSVersion"), texts("os.features"),
            .init("config", openConfig),
            .init("rootfs", "RootFS", rootFS), .init("history", .list(openHistory)),
        ])

    static let healthcheck = TemplateShape.structure(
        type: "docker.HealthConfig",
        [
            texts("Test"), .init("Interval", .duration), .init("Timeout", .duration), .init("StartPeriod", .duration),
            .init("StartInterval", .duration), .init("Retries", .number),
        ])

    private static let dockerConfig = TemplateShape.structure(
        type: "docker.Config",
        [
            text("Hostname"), text("Domainname"), text("User"), flag("AttachStdin"), flag("AttachStdout"),
            flag("AttachStderr"), set("ExposedPorts"), flag("Tty"), flag("OpenStdin"), flag("StdinOnce"),
            texts("Env"), texts("Cmd"), .init("Healthcheck", .optional(healthcheck)), flag("ArgsEscaped"),
            text("Image"), set("Volumes"), text("WorkingDir"), texts("Entrypoint"), flag("NetworkDisabled"),
            text("MacAddress"), texts("OnBuild"), .init("Labels", .map(.text)), text("StopSignal"),
            .init("StopTimeout", .optional(.number)), texts("Shell"),
        ])

    private static let dockerImage = TemplateShape.structure(
        type: "docker.V2Image",
        [
            text("id", "ID"), text("parent"), text("comment"), .init("created", .time), text("container"),
            .init("container_config", dockerConfig), text("docker_version"), text("author"),
            .init("config", .optional(dockerConfig)), text("architecture"), text("variant"), text("os", "OS"),
            .init("Size", .number), .init("rootfs", "RootFS", .optional(rootFS)),
            .init(
                "history",
                .list(
                    .structure(
                        type: "docker.V2S2History",
                        [
                            .init("created", .time), text("author"), text("created_by"), text("comment"),
                            flag("empty_layer"),
                        ]))),
            text("os.version", "OSVersion"), texts("os.features"),
        ])

    private static let idMapping = TemplateShape.structure(
        type: "define.IDMappingOptions",
        [
            flag("HostUIDMapping"), flag("HostGIDMapping"), .init("UIDMap", .list(.any)), .init("GIDMap", .list(.any)),
            flag("AutoUserNs"),
            .init(
                "AutoUserNsOpts",
                .structure(
                    type: "types.AutoUserNsOptions",
                    [
                        .init("Size", .number), .init("InitialSize", .number), text("PasswdFile"), text("GroupFile"),
                        .init("AdditionalUIDMappings", .list(.any)), .init("AdditionalGIDMappings", .list(.any)),
                    ])),
        ])
}
