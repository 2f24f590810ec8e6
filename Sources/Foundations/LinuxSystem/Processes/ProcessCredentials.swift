import CLinux
import Glibc

/// The process's identity, as far as it matters for entering a user namespace.
struct ProcessCredentials: Sendable {
    var uid, gid: UInt32
    /// The account's name; nil for an id without an account.
    var name: String?
    var capabilities: UInt64
    var uidMap, gidMap: IDMapping

    static func current() -> ProcessCredentials {
        let uid = geteuid()
        return ProcessCredentials(
            uid: uid, gid: getegid(), name: uid == 0 ? "root" : accountName(of: uid),
            capabilities: linux_effective_capabilities(),
            uidMap: map("uid_map"), gidMap: map("gid_map"))
    }

    func has(_ capability: Int32) -> Bool {
        capabilities & (1 << UInt64(capability)) != 0
    }

    /// The process's own mapping; the identity on kernels without user namespaces, which have no such file.
    static func map(_ name: String) -> IDMapping {
        guard let bytes = try? Files.readFile("/proc/self/\(name)") else { return .identity }
        return IDMapping(parsing: String(decoding: bytes, as: UTF8.self)) ?? .identity
    }

    private static func accountName(of uid: UInt32) -> String? {
        // The file first: name services might be slow or start threads.
        let accounts = (try? Files.readFile("/etc/passwd", limit: 16 << 20)) ?? []
        for line in accounts.split(separator: 0x0A) {
            let fields = line.split(separator: 0x3A, maxSplits: 3, omittingEmptySubsequences: false)
            if fields.count == 4, UInt32(String(decoding: fields[2], as: UTF8.self)) == uid {
                return String(decoding: fields[0], as: UTF8.self)
            }
        }
        guard let entry = getpwuid(uid), let name = entry.pointee.pw_name else { return nil }
        return String(cString: name)
    }
}
