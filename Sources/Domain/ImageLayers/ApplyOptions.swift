package import ContentDigest
package import LinuxSystem

/// How a layer is applied.
package struct ApplyOptions: Sendable {
    /// How deletions are represented.
    package var whiteouts: WhiteoutStyle
    /// Lower directories, nearest first: a parent directory that the layer itself does not list copies its mode and
    /// owner from there, so that it does not mask them. Otherwise 0755 and 0:0.
    package var lowerDirectories: [String]
    /// Keep the caller's own ids when an owner is not mapped (a single mapped id, or `ignore_chown_errors`).
    package var ignoreUnmappedOwners: Bool
    /// Create device nodes. Without the privilege to, they are skipped, as rootless container tools do.
    package var makesDevices: Bool
    /// Overrides every entry's owner (`ADD --chown`).
    package var owner: (uid: UInt32, gid: UInt32)?
    /// Overrides the permission bits of all files and directories (`ADD --chmod`).
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

/// What applying or creating a layer found out in the one pass over its bytes.
package struct LayerMeasurements: Sendable {
    /// The digest of the uncompressed archive.
    package var diffID: Digest
    /// The length of the uncompressed archive in bytes.
    package var size: Int64
    /// The owners that occur, ascending.
    package var uids: [UInt32]
    package var gids: [UInt32]
    /// The number of entries in the archive, including whiteouts.
    package var entryCount: Int

    package init(diffID: Digest, size: Int64, uids: [UInt32], gids: [UInt32], entryCount: Int) {
        self.diffID = diffID
        self.size = size
        self.uids = uids
        self.gids = gids
        self.entryCount = entryCount
    }
}
