import CLinux
import Glibc

/// The user namespace in which an ordinary user is root over their own storage.
package enum UserNamespace {
    /// The default search path for newuidmap and newgidmap.
    package static let programDirectories = [
        "/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin", "/run/wrappers/bin",
    ]

    /// Moves the process into new user and mount namespaces in which it is root: with the ids from /etc/subuid and
    /// /etc/subgid in Podman's layout, otherwise with only the user's own id and a warning. Supplementary groups are
    /// dropped if the kernel allows it. Later mounts do not propagate to the outside.
    ///
    /// Does nothing for root of the host (`alreadyRoot`) and for root of a user namespace with CAP_SYS_ADMIN
    /// (`alreadyInside`; only a mount namespace owned by an outer user namespace is replaced by a new one);
    /// `inheritedUID` and `inheritedGID` are then the ids that an ancestor process had when it entered, if it passed
    /// them on. Root without CAP_SYS_ADMIN enters a nested namespace with the same ids.
    ///
    /// Must be called before any other thread exists. After an error the process may have no mapped ids:
    /// print it and exit.
    package static func enterForRootlessStorage(
        inheritedUID: UInt32? = nil, inheritedGID: UInt32? = nil, programDirectories: [String] = programDirectories
    ) throws(UserNamespaceError) -> UserNamespaceEntry {
        let identity = ProcessCredentials.current()
        if identity.uid == 0, identity.has(LINUX_CAP_SYS_ADMIN) {
            try claimMountNamespace()
            return present(identity, inheritedUID, inheritedGID)
        }
        let plan: UserNamespacePlan
        if identity.uid == 0 {
            plan = .nested(identity)
        } else {
            do throws(LinuxError) {
                plan = try .rootless(identity, .init(programDirectories: programDirectories))
            } catch {
                throw UserNamespaceError(kind: .failed, message: "cannot read the subordinate ids: \(error)")
            }
        }
        try enter(plan, identity)
        // The actual mapping in the kernel, not the requested one.
        let uidMap = ProcessCredentials.map("uid_map")
        return UserNamespaceEntry(
            kind: .entered, rootlessUID: identity.uid, rootlessGID: identity.gid, uidMap: uidMap,
            gidMap: ProcessCredentials.map("gid_map"), isSingleID: uidMap.count == 1, warning: plan.warning)
    }

    /// Root of a user namespace may only mount in a mount namespace owned by it; `unshare -U` does not create one.
    private static func claimMountNamespace() throws(UserNamespaceError) {
        guard linux_owns_mount_namespace() == 0 else { return }
        do throws(LinuxError) {
            try Mounts.unshareMountNamespace()
            try Mounts.makeSlave("/", recursive: true)
        } catch {
            throw UserNamespaceError(kind: .failed, message: "cannot enter a mount namespace: \(error)")
        }
    }

    /// The entry of a process that needs no new namespace.
    private static func present(
        _ identity: ProcessCredentials, _ inheritedUID: UInt32?, _ inheritedGID: UInt32?
    ) -> UserNamespaceEntry {
        if identity.uidMap.isIdentity {
            return UserNamespaceEntry(
                kind: .alreadyRoot, rootlessUID: 0, rootlessGID: 0, uidMap: .identity, gidMap: .identity,
                isSingleID: false, warning: nil)
        }
        return UserNamespaceEntry(
            kind: .alreadyInside, rootlessUID: inheritedUID ?? identity.uidMap.toHost(0) ?? 0,
            rootlessGID: inheritedGID ?? identity.gidMap.toHost(0) ?? 0, uidMap: identity.uidMap,
            gidMap: identity.gidMap, isSingleID: identity.uidMap.count == 1, warning: nil)
    }

    private static func enter(_ plan: UserNamespacePlan, _ identity: ProcessCredentials) throws(UserNamespaceError) {
        var uidArguments: [String] = []
        var gidArguments: [String] = []
        var fromOutside: Int32 = 0
        switch plan.writer {
        case .programs(let uid, let gid):
            uidArguments = uid.arguments(process: getpid(), map: plan.uidMap)
            gidArguments = gid.arguments(process: getpid(), map: plan.gidMap)
        case .privileged: fromOutside = 1
        case .itself: break
        }
        let uidVector = CStringVector(uidArguments)
        let gidVector = CStringVector(gidArguments)
        var failure = linux_user_namespace_failure()
        let result = plan.uidMap.text.withCString { uidText in
            plan.gidMap.text.withCString { gidText in
                var plan = linux_user_namespace_plan(
                    uid_map_argv: uidArguments.isEmpty ? nil : uidVector.constantPointer,
                    gid_map_argv: gidArguments.isEmpty ? nil : gidVector.constantPointer,
                    uid_map_text: uidText, gid_map_text: gidText, write_from_outside: fromOutside,
                    deny_setgroups: plan.deniesSetgroups ? 1 : 0)
                return linux_user_namespace_enter(&plan, &failure)
            }
        }
        if result != 0 { throw UserNamespaceFailure(failure, plan, identity).explained(by: .current()) }
    }
}
