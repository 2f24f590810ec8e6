import Glibc

/// The name of the machine, or of the UTS namespace that this process is in.
package enum HostName {
    /// As uname(2) gives it.
    package static var current: String {
        var names = utsname()
        guard uname(&names) == 0 else { return "" }
        return withUnsafeBytes(of: &names.nodename) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
