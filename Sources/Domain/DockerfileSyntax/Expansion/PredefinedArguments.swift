/// Build arguments that exist without an ARG instruction.
package enum PredefinedArguments {
    /// May be set with `--build-arg` without being declared; never part of a cache key or the history.
    package static let proxy: Set<String> = [
        "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy", "NO_PROXY", "no_proxy",
        "ALL_PROXY", "all_proxy",
    ]

    /// Set by the builder from the platforms of the build; available in FROM lines, elsewhere after `ARG NAME`.
    package static let platform: Set<String> = [
        "BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT", "TARGETPLATFORM", "TARGETOS",
        "TARGETOSVERSION", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE",
    ]

    /// Interpreted by the builder itself when set with `--build-arg`.
    package static let builder: Set<String> = [
        sourceDateEpoch, "BUILDKIT_CACHE_MOUNT_NS", "BUILDKIT_DOCKERFILE_CHECK", sandboxHostname,
    ]

    /// The time of the build.
    package static let sourceDateEpoch = "SOURCE_DATE_EPOCH"

    /// The host name of the build's commands.
    package static let sandboxHostname = "BUILDKIT_SANDBOX_HOSTNAME"

    /// The values of the platform arguments. `variant` is empty if there is none.
    package static func platformValues(
        build: (os: String, architecture: String, variant: String),
        target: (os: String, architecture: String, variant: String), stage: String
    ) -> [String: String] {
        var values = ["TARGETSTAGE": stage, "BUILDOSVERSION": "", "TARGETOSVERSION": ""]
        for (prefix, platform) in [("BUILD", build), ("TARGET", target)] {
            let variant = platform.variant.isEmpty ? "" : "/\(platform.variant)"
            values["\(prefix)PLATFORM"] = "\(platform.os)/\(platform.architecture)\(variant)"
            values["\(prefix)OS"] = platform.os
            values["\(prefix)ARCH"] = platform.architecture
            values["\(prefix)VARIANT"] = platform.variant
        }
        return values
    }
}
