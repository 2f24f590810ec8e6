import CommandLineGrammar

extension BuildCommand {
    static let ownFlags: [Flag] = [
        SignaturePolicyFlag.flag,
        Flag("tag", short: "t", .stringArray, placeholder: "name", help: "tagged name to apply to the built image"),
        Flag(
            "file", short: "f", .stringArray, placeholder: "pathname",
            help: "pathname of the Containerfile; - reads standard input"),
        Flag("build-arg", .stringArray, placeholder: "argument=value", help: "argument=value to supply to the builder"),
        .string("target", "stage", help: "set the target build stage to build"),
        .bool("check", help: "tell what the build checks find, instead of building; the same as --call=check"),
        .string("call", "method", help: "tell about the Dockerfile instead of building: check, outline or targets"),
        Flag(
            "check-rules", .stringSlice, placeholder: "own|all|rule",
            help: "make these checks, too, which are off by default: own, all, or names of rules"),
        .bool("no-cache", help: "do not use existing cached images for the container build"),
        Flag(
            "no-cache-filter", .stringSlice, placeholder: "stage",
            help: "do not use existing cached images for these stages"),
        .string(
            "progress", "auto|tty|plain|json|quiet", default: "auto",
            help: "how to show progress: a view of what runs, lines, an object per event, or nothing"),
        .string(
            "on-error", "fail|shell", default: "fail",
            help: "what to do if a command fails: shell opens a shell in its container, on a terminal"),
        .bool(
            "layers", default: true, environment: "BUILDAH_LAYERS",
            help: "make a layer for each step that changes files"),
        Flag(
            "pull", .optionalString(noOptDefault: "always"),
            help: "when to fetch base images: always, missing, never, newer"),
        .bool("pull-always", help: "fetch base images even if they are present"),
        .bool("pull-never", help: "never fetch base images"),
        .bool("quiet", short: "q", help: "refrain from announcing build instructions and image read/write progress"),
        Flag("label", .stringArray, placeholder: "key=value", help: "set metadata for an image"),
        Flag("annotation", .stringArray, placeholder: "key=value", help: "set metadata for an image's manifest"),
        .bool("squash", help: "squash all image layers into a single layer"),
        .string(
            "format", short: nil, "oci|docker", environment: "BUILDAH_FORMAT",
            help: "format of the built image's manifest and metadata"),
        .string("ignorefile", "file", help: "path to an alternate .dockerignore file"),
        .bool("all-platforms", help: "build for all platforms that the base images support"),
        .string("manifest", "listname", help: "add the image to the specified manifest list, creating it if needed"),
        Flag(
            "jobs", .int, placeholder: "N",
            help: "number of steps to run in parallel, 0 for no limit (default the number of processors; 1 as buildah)"),
        .bool("http-proxy", default: true, help: "pass through HTTP proxy environment variables"),
        .bool(
            "rm", default: true, help: "remove intermediate containers after a successful build (builds leave none)"
        ),
        .bool("force-rm", help: "always remove intermediate containers (builds leave none)"),
        .string(
            "isolation", "type", environment: "BUILDAH_ISOLATION",
            help: "type of process isolation to use"),
        Flag("cpp-flag", .stringArray, help: "set additional flag to pass to C preprocessor (cpp)"),
    ]

    static let imageFlags: [Flag] = [
        .string("from", "image", help: "image name used to replace the value in the first FROM instruction"),
        Flag("env", .stringArray, placeholder: "name[=value]", help: "set environment variable for the image"),
        Flag("unsetenv", .stringSlice, help: "unset environment variable from final image"),
        Flag("unsetlabel", .stringSlice, help: "unset label when inheriting labels from base image"),
        Flag("unsetannotation", .stringSlice, help: "unset annotation when inheriting annotations from base image"),
        .bool("inherit-labels", default: true, help: "inherit the labels from the base image or base stages"),
        .bool("inherit-annotations", default: true, help: "inherit the annotations from the base image or base stages"),
        .bool("created-annotation", default: true, help: "set the annotation with the time of creation"),
        .bool("save-stages", help: "keep the image of each stage, besides the final one"),
        .bool("stage-labels", help: "label the images of stages with their names and bases (requires --save-stages)"),
        Flag(
            "layer-label", .stringArray, placeholder: "label[=value]",
            help: "set a label of the images that --save-stages keeps"),
        .bool("identity-label", help: "add default identity label"),
        .bool("omit-history", help: "omit build history information from built image"),
        .string("os-version", "version", help: "set required OS version for the target image"),
        Flag("os-feature", .stringArray, placeholder: "feature", help: "set required OS feature for the target image"),
        .bool("squash-all", hidden: true, help: "same as --squash"),
    ]

    static let workFlags: [Flag] = [
        Flag("build-arg-file", .stringSlice, placeholder: "file", help: "file with lines of argument=value"),
        Flag("build-context", .stringArray, placeholder: "name=source", help: "additional build context"),
        Flag("cache-from", .stringArray, placeholder: "type=...", help: "cache to take steps from, or a repository"),
        Flag("cache-to", .stringArray, placeholder: "type=...", help: "cache to write the steps to, or a repository"),
        Flag("mount", .stringArray, help: "mount for every RUN instruction, in its syntax"),
        Flag("secret", .stringArray, placeholder: "id=name", help: "secret file to expose to the build"),
        .bool(
            "allow-secret-leaks", environment: "SWIFTLET_ALLOW_SECRET_LEAKS",
            help: "only warn if a secret appears in the image, its history or the output of a command"),
        Flag("ssh", .stringArray, placeholder: "id[=socket]", help: "SSH agent socket to expose to the build"),
        Flag("volume", short: "v", .stringArray, help: "bind mount a volume into the containers of the build"),
        GroupFlag.flag,
        .bool("stdin", help: "pass stdin into containers"),
        .bool("skip-unused-stages", default: true, help: "skip stages which do not affect the final target"),
        .string("source-policy-file", "pathname", help: "source policy that says which sources the build may use"),
        .string("cache-ttl", "duration", help: "only consider cache images under specified duration"),
        .string("logfile", "file", help: "log to file instead of stdout/stderr"),
        .bool("log-rusage", hidden: true, help: "log resource usage at each build step"),
        .string("rusage-logfile", "file", hidden: true, help: "destination of the resource usage instead of stdout"),
        .bool("logsplit", help: "split logfile to different files for each platform"),
        .bool("compress", hidden: true, help: "legacy option without effect on the image"),
        .bool("disable-content-trust", hidden: true, help: "legacy option without effect"),
        .bool("compat-volumes", hidden: true),
        .string("runtime", "path", environment: "BUILDAH_RUNTIME", help: "path to the OCI runtime to use"),
        Flag("runtime-flag", .stringSlice, help: "add global flags for the container runtime"),
    ]

    /// What scripts for `docker build` say of attestations and entitlements.
    static let attestationFlags: [Flag] = [
        Flag(
            "attest", .stringArray, placeholder: "type=sbom|provenance",
            help: "attach what is known of the image, with parameters"),
        Flag(
            "provenance", .optionalString(noOptDefault: "true"),
            help: "attach how the image was built (true, false or mode=min|max,...)"),
        Flag(
            "sbom", .optionalString(noOptDefault: "true"),
            help: "attach the list of the image's packages (true or false)"),
        Flag(
            "allow", .stringArray, placeholder: "entitlement",
            help: "what steps may ask for: network.host, security.insecure, device[=NAME[,alias=ALIAS]]"),
    ]

    static let refusedFlags: [Flag] = [
        .refused("hooks-dir", "hooks of OCI runtimes are not supported"),
        .refused("cw", "confidential workloads are not supported"),
        UserNamespaceFlag.flag,
        .refused("userns-uid-map", "the store's id mapping is always used"),
        .refused("userns-gid-map", "the store's id mapping is always used"),
        .refused("userns-uid-map-user", "the store's id mapping is always used"),
        .refused("userns-gid-map-group", "the store's id mapping is always used"),
    ]
}
