package import ContentDigest
package import LinuxSystem

/// The circumstances under which a layer is applied.
package struct ApplyOptions: Sendable {
    /// How deletions are put down.
    package var whiteouts: WhiteoutStyle
    /// Directories, nearest first, whose files lie under the layer: a parent directory that the layer itself does
    /// not list takes mode and owner from there, so that it does not hide them. Else 0755 and 0:0.
    package var lowerDirectories: [String]
    /// Keep the caller's own ids where an owner is not mapped (one single mapped id, or `ignore_chown_errors`).
    package var ignoreUnmappedOwners: Bool
    /// Make device nodes. Without the right to, they are left out, as the field's tools do without root.
    package var makesDevices: Bool
    /// Overrides every entry's owner (`ADD --chown`).
    package var owner: (uid: UInt32, gid: UInt32)?
    /// Overrides every file's permission bits (`ADD --chmod`); directories and files alike.
    package var permissions: UInt32?
    /// Overrides every entry's modification time (`--timestamp`).
    package var modification: FileTime?

    package init(
        whiteouts: WhiteoutStyle, lowerDirectories: [String] = [], ignoreUnmappedOwners: Bool = false,
        makesDevices: Bool = false, owner: (uid: UInt32, gid: UInt32)? = nil, permissions: UInt32? = nil,
        modification: FileTime? = nil
    ) {
        self.whiteouts = whiteouts
        self.lowerDirectories = lowerDirectories
        self.ignoreUnmappedOwners = ignoreUnmappedOwners
        self.makesDevices = makesDevices
        self.owner = owner
        self.permissions = permissions
        self.modification = modification
    }
}

/// What applying, or making, a layer found out about it in the one pass over its bytes.
package struct LayerMeasurements: Sendable {
    /// The digest of the uncompressed archive.
    package var diffID: Digest
    /// The length of the uncompressed archive in bytes.
    package var size: Int64
    /// Owners that occur, ascending.
    package var uids: [UInt32]
    package var gids: [UInt32]
    /// How many entries the archive has; whiteouts count.
    package var entryCount: Int

    package init(diffID: Digest, size: Int64, uids: [UInt32], gids: [UInt32], entryCount: Int) {
        self.diffID = diffID
        self.size = size
        self.uids = uids
        self.gids = gids
        self.entryCount = entryCount
    }
}
