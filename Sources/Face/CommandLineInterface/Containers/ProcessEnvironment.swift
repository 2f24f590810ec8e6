import ContainersConfig
import Glibc

/// Reads the process environment once, at the start.
enum ProcessEnvironment {
    static func read() -> ConfigEnvironment {
        var variables: [String: String] = [:]
        var pointer = environ
        while let entry = pointer.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            pointer += 1
        }
        // Tools that entered a user namespace before (`unshare`, Buildah, Podman) pass on the user's id.
        let inherited = geteuid() == 0 ? variables["_CONTAINERS_ROOTLESS_UID"].flatMap { UInt32($0) } : nil
        let uid = inherited ?? geteuid()
        let named = variables["HOME"] ?? ""
        return ConfigEnvironment(uid: uid, home: named.isEmpty ? home(of: uid) : named, environment: variables)
    }

    private static func home(of uid: uid_t) -> String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, let found, let home = found.pointee.pw_dir
        else { return "/" }
        return String(cString: home)
    }
}
