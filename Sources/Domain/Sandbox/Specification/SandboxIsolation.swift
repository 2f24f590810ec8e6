/// How a container is isolated from the host.
package enum SandboxIsolation: Sendable, Equatable {
    /// By this program, with all namespaces of the specification.
    case builtIn
    /// By this program, with minimal demands on the kernel, for use inside other containers: own mount and pid
    /// namespaces, but the host's network, names and IPC objects.
    case chroot
    /// By another program with an OCI runtime's command line.
    case external(ExternalRuntime)
}

/// A program such as `crun` or `runc`.
package struct ExternalRuntime: Sendable, Equatable {
    /// The program's path.
    package var path: String
    /// Options before its subcommand.
    package var options: [String]
    /// Its own environment, `NAME=value` each (not the container's).
    package var environment: [String]
    /// Its state directory (`--root`), owned by the calling user; nil for the program's default.
    package var stateDirectory: String?
    /// An existing directory, to which the container's `config.json` is written.
    package var bundle: String
    /// The container's id, unique among those in the state directory.
    package var id: String

    /// A runtime for one container.
    package init(
        path: String, options: [String] = [], environment: [String] = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
        stateDirectory: String? = nil, bundle: String, id: String
    ) {
        self.path = path
        self.options = options
        self.environment = environment
        self.stateDirectory = stateDirectory
        self.bundle = bundle
        self.id = id
    }

    /// The file for its messages.
    var logFile: String { bundle + "/log.json" }

    /// The command line.
    var arguments: [String] {
        let state = stateDirectory.map { ["--root", $0] } ?? []
        return [path] + options + state + ["--log", logFile, "--log-format", "json"] + ["run", "--bundle", bundle, id]
    }
}
