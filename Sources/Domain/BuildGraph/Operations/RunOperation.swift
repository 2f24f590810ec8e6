package import DockerfileSyntax

/// RUN, with variables expanded.
package struct RunOperation: Sendable {
    /// The command and its arguments.
    package var arguments: [String]
    /// The content of the file to execute, at `scriptPath`; nil if the command is none.
    package var script: [UInt8]?
    /// `NAME=value`: the variables of the image.
    package var environment: [String]
    /// `NAME=value`: the variables of the command, with arguments and proxies.
    package var commandEnvironment: [String]
    /// The declared arguments with a value.
    package var recordedArguments: [StageScope.Argument]
    package var workingDirectory: String
    package var user: String
    /// `none` or `host`; nil for the build's own network.
    package var network: String?
    /// `--security=insecure`
    package var isInsecure: Bool
    /// `--device=`
    package var devices: [DeviceRequest]
    package var mounts: [RunMount]
    /// The directories of volumes to make first.
    package var newVolumes: [String]
    /// The text for the history.
    package var createdBy: String

    /// The temporary path of a heredoc script with its own interpreter: in the container's memory-backed `/dev`.
    package static let scriptPath = "/dev/.swiftlet-script"

    /// Adds what was asked to a key. The values of host proxies never count.
    package func add(to key: inout CacheKey) {
        key.add("arguments", arguments)
        key.add("script", script.map { String(decoding: $0, as: UTF8.self) } ?? "")
        key.add("environment", environment)
        key.add("build arguments", recordedArguments.map { "\($0.name)=\($0.value)" })
        key.add("directory", workingDirectory)
        key.add("user", user)
        for mount in mounts { key.add("mount", mount.description) }
        if !newVolumes.isEmpty { key.add("new volumes", newVolumes) }
    }
}
