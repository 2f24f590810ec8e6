import CLinux

/// Flags of open(2) that the Glibc module does not export.
package enum OpenFlags {
    /// O_PATH: a reference to the file without opening it; needs no read permission.
    package static var path: Int32 { LINUX_O_PATH }
}
