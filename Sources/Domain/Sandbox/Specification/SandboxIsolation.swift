/// How a container is kept apart from the host.
package enum SandboxIsolation: Sendable, Equatable {
    /// By this program itself, with all namespaces that the specification names.
    case builtIn
    /// By this program itself, with as little from the kernel as possible, for use inside of other containers: own mounts
    /// and processes, but the host's network, names and IPC objects.
    case chroot
    /// By another program with the command line of an OCI runtime.
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
    /// Where it keeps its state (`--root`): a directory of the calling user's; nil for the program's own choice.
    package var stateDirectory: String?
    /// An existing directory for the container's `config.json`, which is written there.
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

    /// Where it writes its messages.
    var logFile: String { bundle + "/log.json" }

    /// What is executed.
    var arguments: [String] {
        let state = stateDirectory.map { ["--root", $0] } ?? []
        return [path] + options + state + ["--log", logFile, "--log-format", "json"] + ["run", "--bundle", bundle, id]
    }
}
