package import LinuxSystem

/// One mount inside the container.
package struct SandboxMount: Sendable, Equatable {
    /// What is mounted.
    package enum Source: Sendable, Equatable {
        /// A file or directory of the host, by a path that only the user or this program chooses.
        case bind(String)
        /// A file or directory that was looked up in this process's mount namespace. The name is for messages.
        case opened(PathHandle, as: String)
        /// A new file system of this type, such as `tmpfs`.
        case fileSystem(String)
    }

    /// How mounts below it that come and go later are shared between container and host.
    package enum Propagation: String, Sendable, Hashable {
        case `private`, slave, shared, unbindable
    }

    /// Where in the container: an absolute path, resolved inside the root whatever links the image holds.
    package var destination: String
    /// What is mounted there.
    package var source: Source
    /// Restrictions; those that the source has already stay.
    package var attributes: MountAttributes
    /// Whether a bind takes the mounts below its source along; attributes and propagation then hold for all of them.
    package var isRecursive: Bool
    /// How later mounts spread.
    package var propagation: Propagation
    /// Options of the file system itself, such as `size=64m`.
    package var data: [String]

    /// Makes a mount.
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

    /// Whether something that is there already appears a second time.
    var isBind: Bool {
        if case .fileSystem = source { false } else { true }
    }

    /// A file or directory of the host, with the mounts below it.
    package static func bind(_ source: String, at destination: String, readOnly: Bool = false) -> SandboxMount {
        SandboxMount(.bind(source), at: destination, attributes: readOnly ? .readOnly : [], isRecursive: true)
    }

    /// A file or directory that was looked up, with the mounts below it. The name is for messages.
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

/// What a mount forbids, as MOUNT_ATTR_* of mount_setattr(2).
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
    /// No executing.
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
