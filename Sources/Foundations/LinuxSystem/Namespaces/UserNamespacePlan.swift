import CLinux

/// The id mappings of a new namespace, and who writes them.
struct UserNamespacePlan: Sendable {
    enum Writer: Sendable {
        /// newuidmap and newgidmap, from outside.
        case programs(uid: MappingProgram, gid: MappingProgram)
        /// This program, from outside, with the capabilities it has there.
        case privileged
        /// This process, from within, as any user may for their own id.
        case itself
    }

    let writer: Writer
    let uidMap, gidMap: IDMapping
    let warning: String?

    /// Where to look for subordinate ids and the programs.
    struct Sources: Sendable {
        var subuid = "/etc/subuid"
        var subgid = "/etc/subgid"
        var programDirectories: [String]
    }

    /// A plan for root without CAP_SYS_ADMIN (as in a container): maps all its own ids again, if permitted.
    static func nested(_ identity: ProcessCredentials) -> UserNamespacePlan {
        let needed = [LINUX_CAP_SETUID, LINUX_CAP_SETGID, LINUX_CAP_SETFCAP]
        guard needed.allSatisfy(identity.has) else {
            let reason = "root lacks one of the capabilities SETUID, SETGID and SETFCAP here"
            return single(identity, reason: reason, cure: nil)
        }
        return UserNamespacePlan(
            writer: .privileged, uidMap: identity.uidMap.mirrored, gidMap: identity.gidMap.mirrored, warning: nil)
    }

    /// A plan for an ordinary user.
    static func rootless(_ identity: ProcessCredentials, _ sources: Sources) throws(LinuxError) -> UserNamespacePlan {
        let user = identity.name ?? String(identity.uid)
        let uids = try SubordinateIDs.read(path: sources.subuid, user: identity.name, uid: identity.uid)
        // Both files list users, not groups.
        let gids = try SubordinateIDs.read(path: sources.subgid, user: identity.name, uid: identity.uid)
        if uids.isEmpty || gids.isEmpty {
            let files = [uids.isEmpty ? sources.subuid : nil, gids.isEmpty ? sources.subgid : nil].compactMap { $0 }
            let cure = "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 \(user)"
            return single(
                identity, reason: "\(files.joined(separator: " and ")) assign no ids to user \(user)",
                cure: "as root: \(cure) (any free range)")
        }
        let uidMap = SubordinateIDs.layOut(owner: identity.uid, ranges: uids, available: identity.uidMap)
        let gidMap = SubordinateIDs.layOut(owner: identity.gid, ranges: gids, available: identity.gidMap)
        if uidMap.count == 1 || gidMap.count == 1 {
            return single(
                identity, reason: "the subordinate ids of user \(user) do not exist in this user namespace",
                cure: "lend ids that the container has")
        }
        do throws(MappingProgram.Unusable) {
            let directories = sources.programDirectories
            let uid = try MappingProgram.find("newuidmap", capability: LINUX_CAP_SETUID, in: directories)
            let gid = try MappingProgram.find("newgidmap", capability: LINUX_CAP_SETGID, in: directories)
            return UserNamespacePlan(
                writer: .programs(uid: uid, gid: gid), uidMap: uidMap, gidMap: gidMap, warning: nil)
        } catch {
            return single(identity, reason: error.reason, cure: nil)
        }
    }

    private static func single(_ identity: ProcessCredentials, reason: String, cure: String?) -> UserNamespacePlan {
        let effect = "only one user id is available, so that files of other owners cannot be kept apart"
        return UserNamespacePlan(
            writer: .itself,
            uidMap: IDMapping([.init(containerID: 0, hostID: identity.uid, size: 1)]),
            gidMap: IDMapping([.init(containerID: 0, hostID: identity.gid, size: 1)]),
            warning: "\(reason): \(effect)" + (cure.map { " (\($0))" } ?? ""))
    }

    /// Supplementary groups can only be dropped if the writer of the mapping was privileged.
    var deniesSetgroups: Bool {
        if case .itself = writer { true } else { false }
    }
}

extension IDMapping {
    /// Maps every id of this namespace to itself, for a nested namespace.
    fileprivate var mirrored: IDMapping {
        IDMapping(ranges.map { Range(containerID: $0.containerID, hostID: $0.containerID, size: $0.size) })
    }
}
