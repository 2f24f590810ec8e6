import Glibc
import LinuxSystem

extension LinuxError {
    /// Whether the file system is full or the user's quota exceeded.
    var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT }

    /// Whether nothing can be written, because there is no space or the file system is read-only.
    var isUnwritable: Bool { isOutOfSpace || code == EROFS }
}

extension StoreError {
    /// Whether it failed because nothing can be written: the disk is full or read-only.
    package var isUnwritable: Bool { cause?.isUnwritable ?? false }
}
