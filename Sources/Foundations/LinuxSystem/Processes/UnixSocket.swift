import CLinux
import Glibc

/// Stream sockets in directories of our own, for processes of the same user.
package enum UnixSocket {
    /// A non-blocking listening socket, whose file is replaced if it exists and has mode 0600.
    package static func listen(in directory: String, _ name: String) throws(LinuxError) -> OwnedFD {
        let place = try OwnedFD.open(directory, LINUX_O_PATH | LINUX_O_DIRECTORY)
        return OwnedFD(adopting: try checked(linux_listen_at(place.raw, name), "listen on", "\(directory)/\(name)"))
    }

    /// A socket connected to a listening one.
    package static func connect(in directory: String, _ name: String) throws(LinuxError) -> OwnedFD {
        let place = try OwnedFD.open(directory, LINUX_O_PATH | LINUX_O_DIRECTORY)
        return OwnedFD(adopting: try checked(linux_connect_at(place.raw, name), "connect to", "\(directory)/\(name)"))
    }

    /// The next connection of the user's own processes, non-blocking; nil when there is none.
    package static func accept(_ listener: Int32) -> OwnedFD? {
        let connection = linux_accept_own(listener)
        return connection >= 0 ? OwnedFD(adopting: connection) : nil
    }
}
