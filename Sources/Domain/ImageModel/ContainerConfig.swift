package import JSONText

/// The `config` of an image: how its containers run by default (OCI image-spec, config.md, and Docker's fields
/// beyond it, which OCI images carry too).
///
/// Empty texts, arrays and dictionaries count as absent and are not written.
package struct ContainerConfig: Equatable, Sendable {
    /// The host name, Docker's `Hostname`.
    package var hostname: String?
    /// The domain name, Docker's `Domainname`.
    package var domainname: String?
    /// `user[:group]`, by name or number.
    package var user: String
    /// Ports like `80/tcp`.
    package var exposedPorts: [String: Empty]?
    /// `NAME=value`.
    package var env: [String]?
    /// The command that runs `cmd` as its arguments.
    package var entrypoint: [String]?
    /// The default command, or the default arguments of the entrypoint.
    package var cmd: [String]?
    /// Directories that hold a container's own data.
    package var volumes: [String: Empty]?
    /// Where the command starts.
    package var workingDir: String
    /// Notes of any kind.
    package var labels: [String: String]?
    /// The signal that stops a container, like `SIGTERM` or `15`.
    package var stopSignal: String
    /// Whether `cmd` is one escaped command line, for Windows.
    package var argsEscaped: Bool?
    /// How to tell whether a container is well.
    package var healthcheck: Healthcheck?
    /// Instructions for images built on this one.
    package var onBuild: [String]?
    /// The shell of commands in shell form.
    package var shell: [String]?
    /// All other members as they were, for writing them again.
    package var extra: JSONObject

    /// A configuration of these parts.
    package init(
        hostname: String? = nil, domainname: String? = nil, user: String = "", exposedPorts: [String: Empty]? = nil,
        env: [String]? = nil, entrypoint: [String]? = nil, cmd: [String]? = nil, volumes: [String: Empty]? = nil,
        workingDir: String = "", labels: [String: String]? = nil, stopSignal: String = "", argsEscaped: Bool? = nil,
        healthcheck: Healthcheck? = nil, onBuild: [String]? = nil, shell: [String]? = nil,
        extra: JSONObject = JSONObject()
    ) {
        self.hostname = hostname
        self.domainname = domainname
        self.user = user
        self.exposedPorts = exposedPorts
        self.env = env
        self.entrypoint = entrypoint
        self.cmd = cmd
        self.volumes = volumes
        self.workingDir = workingDir
        self.labels = labels
        self.stopSignal = stopSignal
        self.argsEscaped = argsEscaped
        self.healthcheck = healthcheck
        self.onBuild = onBuild
        self.shell = shell
        self.extra = extra
    }

    /// The value of an empty JSON object, which makes a Go map a set.
    package struct Empty: Hashable, Codable, Sendable {
        /// The only value.
        package init() {}
    }
}
