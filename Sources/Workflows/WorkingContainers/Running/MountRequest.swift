import LinuxSystem

/// One mount that a `run` has beside its container's own files, as a user asks for it.
package struct MountRequest: Sendable, Equatable {
    /// What is mounted.
    package enum Source: Sendable, Equatable {
        /// A file or directory of this machine.
        case host(HostFile)
        /// A directory of this machine, whose changes are dropped, or kept in `upper` with the kernel's own in `work`.
        case overlay(HostFile, upper: String?, work: String?)
        /// A file or directory of an image or a container, to be read.
        case files(of: String, path: String)
        /// A file system in memory, with what the image has at its place where `copiesUp` says so.
        case memory(copiesUp: Bool)
        /// A directory that outlives the run, shared by all who name it so.
        case cache(Cache)
    }

    /// A file or directory of this machine.
    package struct HostFile: Sendable, Equatable {
        package var path: String
        /// The directory that the path counts from, and that no link leads out of; nil: the user's whole machine.
        package var root: String?

        package init(_ path: String, in root: String? = nil) {
            self.path = path
            self.root = root
        }

        func handle() throws(LinuxError) -> PathHandle {
            guard let root else { return try PathHandle(trusting: path) }
            return try PathHandle(trusting: root).rootedDirectory().handle(at: path)
        }
    }

    /// A directory that outlives the run.
    package struct Cache: Sendable, Equatable {
        package var id: String
        /// Of a cache that is made now.
        package var mode: UInt32 = 0o755
        package var uid: UInt32 = 0
        package var gid: UInt32 = 0
        /// Whether one run at a time may use it.
        package var isLocked = false

        package init(id: String) {
            self.id = id
        }
    }

    package var source: Source
    /// An absolute path in the container.
    package var destination: String
    /// In the words of the OCI runtime specification.
    package var options: [String] = []
    /// Whether the source is given to the user who runs the command.
    package var changesOwner = false

    package init(_ source: Source, at destination: String) {
        self.source = source
        self.destination = destination
    }
}
