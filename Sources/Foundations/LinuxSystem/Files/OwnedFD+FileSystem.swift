import CLinux

extension OwnedFD {
    /// Whether what this descriptor refers to lies on an overlayfs, as the root of most containers does. False where the
    /// kernel does not say.
    package var isOnOverlay: Bool {
        linux_file_system_type(raw) == OwnedFD.overlayMagic
    }

    /// The kind of file system that this lies on, as a number of linux/magic.h; negative where the kernel does not say.
    package var fileSystemType: Int {
        Int(linux_file_system_type(raw))
    }

    /// OVERLAYFS_SUPER_MAGIC of linux/magic.h.
    private static let overlayMagic = 0x794c_7630
}
