import CLinux
import Glibc

/// Who the process is, as far as entering a user namespace depends on it.
struct ProcessCredentials: Sendable {
    var uid, gid: UInt32
    /// The account's name; nil for a number without an account.
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

    /// The process's own map. A kernel without user namespaces has no such file and only the identity.
    static func map(_ name: String) -> IDMapping {
        guard let bytes = try? Files.readFile("/proc/self/\(name)") else { return .identity }
        return IDMapping(parsing: String(decoding: bytes, as: UTF8.self)) ?? .identity
    }

    private static func accountName(of uid: UInt32) -> String? {
        // The file first: it needs no name service, which might be slow or start threads of its own.
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
