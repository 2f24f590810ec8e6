/// The state of a container, or of its last run.
package struct ContainerState: Sendable, Codable, Equatable {
    /// In Podman's terms.
    package enum Status: String, Sendable, Codable {
        /// Never run.
        case created
        case running
        /// The container exited, or was killed together with the tool that ran it.
        case exited
    }

    package internal(set) var status = Status.created
    /// Its first process while it is running.
    package internal(set) var process: ProcessIdentity?
    /// Start of the last run; RFC 3339.
    package internal(set) var startedAt: String?
    /// End of the last run.
    package internal(set) var finishedAt: String?
    /// The last exit code: the command's, 128 plus a signal number, or one of swiftlet's when it could not be started.
    package internal(set) var exitCode: Int32 = 0
    /// Why it could not be started or did not end by itself.
    package internal(set) var error = ""

    /// How often its policy has restarted it.
    package internal(set) var restartCount: Int?

    package init() {}
}
