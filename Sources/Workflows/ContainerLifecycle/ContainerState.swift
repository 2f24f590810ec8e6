/// What a container is doing, or did when it last ran.
package struct ContainerState: Sendable, Codable, Equatable {
    /// In Podman's words.
    package enum Status: String, Sendable, Codable {
        /// It has never run.
        case created
        case running
        /// It ran to its end, or was killed with the tool that ran it.
        case exited
    }

    package internal(set) var status = Status.created
    /// Its first process while it runs.
    package internal(set) var process: ProcessIdentity?
    /// When it began to run last; RFC 3339.
    package internal(set) var startedAt: String?
    /// When it ended last.
    package internal(set) var finishedAt: String?
    /// The code of its last end: its command's, 128 and a signal's number, or one of ours where it could not be started.
    package internal(set) var exitCode: Int32 = 0
    /// Why it could not be started or did not end by itself.
    package internal(set) var error = ""

    package init() {}
}
