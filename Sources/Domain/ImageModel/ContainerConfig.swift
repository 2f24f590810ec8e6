package import JSONText

/// The `config` of an image: defaults for running its containers (OCI image-spec, config.md, and Docker's additional
/// fields, which OCI images carry too).
///
/// Empty strings, arrays and dictionaries count as absent and are not written.
package struct ContainerConfig: Equatable, Sendable {
    /// The host name, Docker's `Hostname`.
    package var hostname: String?
    /// The domain name, Docker's `Domainname`.
    package var domainname: String?
    /// `user[:group]`, by name or number.
    package var user: String
    /// Ports, like `80/tcp`.
    package var exposedPorts: [String: Empty]?
    /// Environment, as `NAME=value`.
    package var env: [String]?
    /// The command that receives `cmd` as its arguments.
    package var entrypoint: [String]?
    /// The default command, or the default arguments of the entrypoint.
    package var cmd: [String]?
    /// Directories for data that is specific to a container.
    package var volumes: [String: Empty]?
    /// The working directory of the command.
    package var workingDir: String
    /// Arbitrary metadata.
    package var labels: [String: String]?
    /// The signal that stops a container, like `SIGTERM` or `15`.
    package var stopSignal: String
    /// Whether `cmd` is a single escaped command line, for Windows.
    package var argsEscaped: Bool?
    /// How to check a container's health.
    package var healthcheck: Healthcheck?
    /// Instructions to run in images built on this one.
    package var onBuild: [String]?
    /// The shell for commands in shell form.
    package var shell: [String]?
    /// All other members, preserved for writing.
    package var extra: JSONObject

    /// Memberwise initializer.
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

    /// An empty JSON object, the value type of Go maps used as sets.
    package struct Empty: Hashable, Codable, Sendable {
        /// The only value.
        package init() {}
    }
}
