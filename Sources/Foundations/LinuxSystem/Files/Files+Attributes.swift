import CLinux

extension Files {
    /// Sets owner and group; never follows a symbolic link.
    package static func changeOwner(
        at directory: Int32, _ name: UnsafePointer<CChar>, uid: UInt32, gid: UInt32
    ) throws(LinuxError) {
        try checked(linux_fchownat(directory, name, uid, gid, LINUX_AT_SYMLINK_NOFOLLOW), "chown", name)
    }

    /// Sets owner and group of an open file, including `O_PATH` descriptors.
    package static func changeOwner(fd: Int32, uid: UInt32, gid: UInt32) throws(LinuxError) {
        try checked(linux_fchownat(fd, "", uid, gid, LINUX_AT_EMPTY_PATH), "chown")
    }

    /// Sets the permission bits of an open file (not an `O_PATH` one).
    package static func changeMode(fd: Int32, mode: UInt32) throws(LinuxError) {
        try checked(linux_fchmod(fd, mode), "chmod")
    }

    /// Sets the permission bits of a name that is known not to be a symbolic link (links are followed).
    package static func changeMode(
        at directory: Int32, _ name: UnsafePointer<CChar>, mode: UInt32
    ) throws(LinuxError) {
        try checked(linux_fchmodat(directory, name, mode), "chmod", name)
    }

    /// Sets the permission bits of an `O_PATH` descriptor's file through /proc, even if it was renamed or replaced.
    package static func changeMode(pathDescriptor fd: Int32, mode: UInt32) throws(LinuxError) {
        try checked(linux_fchmodat(LINUX_AT_FDCWD, "/proc/self/fd/\(fd)", mode), "chmod")
    }

    /// Sets the times of a file, never following a symbolic link; nil leaves a time unchanged.
    package static func setTimes(
        at directory: Int32, _ name: UnsafePointer<CChar>, access: FileTime?, modification: FileTime?
    ) throws(LinuxError) {
        let result = linux_utimensat(
            directory, name, linux_file_time(access), linux_file_time(modification), LINUX_AT_SYMLINK_NOFOLLOW)
        try checked(result, "set times of", name)
    }

    /// Sets the times of an open file (not an `O_PATH` one); nil leaves a time unchanged.
    package static func setTimes(fd: Int32, access: FileTime?, modification: FileTime?) throws(LinuxError) {
        try checked(linux_utimensat(fd, nil, linux_file_time(access), linux_file_time(modification), 0), "set times")
    }
}

extension linux_file_time {
    /// nil leaves the time unchanged (UTIME_OMIT).
    fileprivate init(_ time: FileTime?) {
        self.init(seconds: time?.seconds ?? 0, nanoseconds: time?.nanoseconds ?? LINUX_UTIME_OMIT)
    }
}
