import Glibc
import LinuxSystem

/// The owner of the files in a written archive: the current user, by the ids outside of any user namespace, so that the
/// same user can unpack it with every tool.
struct ArchiveOwner {
    let uid: UInt32
    let gid: UInt32

    static let current = ArchiveOwner(
        uid: outside(geteuid(), "/proc/self/uid_map"), gid: outside(getegid(), "/proc/self/gid_map"))

    private static func outside(_ id: UInt32, _ map: String) -> UInt32 {
        guard let text = try? Files.readFile(map, limit: 1 << 16),
            let mapping = IDMapping(parsing: String(decoding: text, as: UTF8.self)), let outer = mapping.toHost(id)
        else { return id }
        // An id that does not fit into seven octal digits cannot be in the header.
        return outer < 1 << 21 ? outer : 0
    }
}
