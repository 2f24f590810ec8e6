import CLinux
import Glibc

/// newuidmap or newgidmap: a privileged program that writes id mappings for users with ranges in /etc/subuid.
struct MappingProgram: Sendable {
    let name: String
    let path: String

    /// Why a program cannot be used, as the middle of a sentence.
    struct Unusable: Error, Equatable {
        let reason: String
    }

    /// Finds a program that is able to write mappings.
    static func find(
        _ name: String, capability: Int32, in directories: [String]
    ) throws(Unusable) -> MappingProgram {
        var reason = "\(name) is not installed (on Debian and Ubuntu it is in the package uidmap)"
        for directory in directories {
            let path = directory + "/" + name
            guard let status = try? Files.status(path, followSymlinks: true), status.kind == .regular,
                status.mode & 0o111 != 0
            else { continue }
            let setsUID = status.mode & 0o4000 != 0 && status.uid == 0
            let hasCapability = linux_getxattr(path, "security.capability", nil, 0) > 0
            if !setsUID && !hasCapability {
                reason = "\(path) is neither set-user-ID root nor has the file capability it needs"
            } else if linux_mount_flags(path) & Int(LINUX_MS_NOSUID) != 0 {
                reason = "\(path) is on a file system that is mounted nosuid"
            } else if linux_no_new_privileges() == 1 {
                reason = "this process runs with no_new_privs, under which \(name) has no privileges"
            } else if linux_capability_is_bounding(capability) == 0 {
                reason = "the bounding set of this process lacks the capability that \(name) needs"
            } else {
                return MappingProgram(name: name, path: path)
            }
        }
        throw Unusable(reason: reason)
    }

    /// The command that writes this mapping for the process.
    func arguments(process: Int32, map: IDMapping) -> [String] {
        [path, String(process)] + map.ranges.flatMap { [$0.containerID, $0.hostID, $0.size].map { String($0) } }
    }
}
