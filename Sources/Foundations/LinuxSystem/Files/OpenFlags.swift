import CLinux

/// Flags of open(2) that Glibc's module hides.
package enum OpenFlags {
    /// O_PATH: the place of a file rather than the file; needs no right to read it.
    package static var path: Int32 { LINUX_O_PATH }
}
