import LinuxSystem

/// A user-requested mount of a `run`.
package struct MountRequest: Sendable, Equatable {
    /// What is mounted.
    package enum Source: Sendable, Equatable {
        /// A file or directory of the host.
        case host(HostFile)
        /// A directory of the host; changes are discarded, or kept in `upper` with overlayfs's `work` directory.
        case overlay(HostFile, upper: String?, work: String?)
        /// A read-only file or directory of an image or a container.
        case files(of: String, path: String)
        /// A tmpfs, with `copiesUp` initialised with the image's content at the mount point.
        case memory(copiesUp: Bool)
        /// A persistent directory, shared by all users of its name.
        case cache(Cache)
    }

    /// A file or directory of the host.
    package struct HostFile: Sendable, Equatable {
        package var path: String
        /// The directory that the path is relative to and that links cannot escape; nil for the whole host.
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

    /// A persistent directory.
    package struct Cache: Sendable, Equatable {
        package var id: String
        /// The mode of a newly created cache.
        package var mode: UInt32 = 0o755
        package var uid: UInt32 = 0
        package var gid: UInt32 = 0
        /// Whether only one run at a time may use it.
        package var isLocked = false

        package init(id: String) {
            self.id = id
        }
    }

    package var source: Source
    /// An absolute path in the container.
    package var destination: String
    /// Options in the syntax of the OCI runtime specification.
    package var options: [String] = []
    /// Whether to change the source's owner to the user of the command.
    package var changesOwner = false

    package init(_ source: Source, at destination: String) {
        self.source = source
        self.destination = destination
    }
}
