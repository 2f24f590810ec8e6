import Glibc

/// The name of the host, or of this process's UTS namespace.
package enum HostName {
    /// The node name of uname(2).
    package static var current: String {
        var names = utsname()
        guard uname(&names) == 0 else { return "" }
        return withUnsafeBytes(of: &names.nodename) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
