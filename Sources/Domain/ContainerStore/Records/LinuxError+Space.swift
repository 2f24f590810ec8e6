import Glibc
import LinuxSystem

extension LinuxError {
    /// Neither the file system nor the user's share of it has room left.
    var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT }

    /// Nothing can be written, for want of room or because the file system is only read.
    var isUnwritable: Bool { isOutOfSpace || code == EROFS }
}

extension StoreError {
    /// Whether it failed because nothing can be written: a full disk, or one that is only read.
    package var isUnwritable: Bool { cause?.isUnwritable ?? false }
}
