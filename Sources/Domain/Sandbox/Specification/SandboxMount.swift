package import LinuxSystem

/// One mount inside the container.
package struct SandboxMount: Sendable, Equatable {
    /// What is mounted.
    package enum Source: Sendable, Equatable {
        /// A file or directory of the host, with a trusted path (from the user or this program).
        case bind(String)
        /// A file or directory resolved in this process's mount namespace. The name is for messages.
        case opened(PathHandle, as: String)
        /// A new file system of this type, such as `tmpfs`.
        case fileSystem(String)
    }

    /// How later mounts and unmounts below it propagate between container and host.
    package enum Propagation: String, Sendable, Hashable {
        case `private`, slave, shared, unbindable
    }

    /// The absolute path in the container, resolved inside the root whatever links the image contains.
    package var destination: String
    /// What is mounted there.
    package var source: Source
    /// Restrictions; those of the source are kept.
    package var attributes: MountAttributes
    /// Whether a bind includes the mounts below its source; attributes and propagation then apply to all of them.
    package var isRecursive: Bool
    /// How later mounts propagate.
    package var propagation: Propagation
    /// Options of the file system itself, such as `size=64m`.
    package var data: [String]
    /// Whether a tmpfs begins as a copy of what the root has at its place; the caller makes the copy.
    package var copiesUp = false

    /// Creates a mount.
    package init(
        _ source: Source, at destination: String, attributes: MountAttributes = [], isRecursive: Bool = false,
        propagation: Propagation = .private, data: [String] = []
    ) {
        self.source = source
        self.destination = destination
        self.attributes = attributes
        self.isRecursive = isRecursive
        self.propagation = propagation
        self.data = data
    }

    /// Whether it is a bind mount.
    var isBind: Bool {
        if case .fileSystem = source { false } else { true }
    }

    /// A file or directory of the host, with the mounts below it.
    package static func bind(_ source: String, at destination: String, readOnly: Bool = false) -> SandboxMount {
        SandboxMount(.bind(source), at: destination, attributes: readOnly ? .readOnly : [], isRecursive: true)
    }

    /// A resolved file or directory, with the mounts below it. The name is for messages.
    package static func bind(
        _ source: PathHandle, as name: String, at destination: String, readOnly: Bool = false
    ) -> SandboxMount {
        SandboxMount(
            .opened(source, as: name), at: destination, attributes: readOnly ? .readOnly : [], isRecursive: true)
    }

    /// An empty file system in memory; options such as `size=64m` or `mode=1777`.
    package static func tmpfs(
        at destination: String, attributes: MountAttributes = [.noSuid, .noDevices], _ data: [String] = []
    ) -> SandboxMount {
        SandboxMount(.fileSystem("tmpfs"), at: destination, attributes: attributes, data: data)
    }
}

/// Restrictions of a mount: MOUNT_ATTR_* of mount_setattr(2).
package struct MountAttributes: OptionSet, Sendable, Hashable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// No writing.
    package static let readOnly = MountAttributes(rawValue: 0x1)
    /// No set-user-id, set-group-id or file capabilities.
    package static let noSuid = MountAttributes(rawValue: 0x2)
    /// No device files.
    package static let noDevices = MountAttributes(rawValue: 0x4)
    /// No execution of programs.
    package static let noExec = MountAttributes(rawValue: 0x8)
    /// No updates of access times.
    package static let noAccessTime = MountAttributes(rawValue: 0x10)
    /// Updates of access times at every access.
    package static let strictAccessTime = MountAttributes(rawValue: 0x20)
    /// No updates of directories' access times.
    package static let noDirectoryAccessTime = MountAttributes(rawValue: 0x80)
    /// No following of symbolic links.
    package static let noSymlinkFollow = MountAttributes(rawValue: 0x20_0000)
}
