import CLinux

extension OwnedFD {
    /// Whether this file is on an overlayfs, like the root of most containers. False if that is unknown.
    package var isOnOverlay: Bool {
        linux_file_system_type(raw) == OwnedFD.overlayMagic
    }

    /// The type of the file system, as a magic number of linux/magic.h; negative if that is unknown.
    package var fileSystemType: Int {
        Int(linux_file_system_type(raw))
    }

    /// OVERLAYFS_SUPER_MAGIC of linux/magic.h.
    private static let overlayMagic = 0x794c_7630
}
