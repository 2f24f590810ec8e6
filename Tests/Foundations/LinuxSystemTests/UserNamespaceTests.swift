import CLinux
import Glibc
import Testing

@testable import LinuxSystem

@Suite struct UserNamespacePlanTests {
    let temporary: TemporaryDirectory
    let ann = ProcessCredentials(
        uid: 1001, gid: 1002, name: "ann", capabilities: 0, uidMap: .identity, gidMap: .identity)

    init() throws {
        temporary = try TemporaryDirectory()
    }

    private func plan(uids: String?, gids: String?, for identity: ProcessCredentials? = nil) throws -> UserNamespacePlan
    {
        if let uids { try temporary.write("subuid", uids) }
        if let gids { try temporary.write("subgid", gids) }
        return try UserNamespacePlan.rootless(
            identity ?? ann,
            .init(
                subuid: temporary("subuid"), subgid: temporary("subgid"),
                programDirectories: [temporary("no"), temporary.path]))
    }

    @Test func onlyTheCallersIDIsMappedWithoutSubordinateIDs() throws {
        let plan = try plan(uids: "ann:100000:5\n", gids: nil)
        #expect(plan.uidMap.text == "0 1001 1\n")
        #expect(plan.gidMap.text == "0 1002 1\n")
        #expect(plan.deniesSetgroups)
        #expect(plan.warning?.hasPrefix("\(temporary("subgid")) assign no ids to user ann: only one user id") == true)
        #expect(plan.warning?.contains("usermod --add-subuids") == true)
    }

    @Test func onlyTheCallersIDIsMappedWithoutMappingPrograms() throws {
        let plan = try plan(uids: "ann:100000:5\n", gids: "ann:100000:5\n")
        #expect(plan.uidMap.count == 1)
        #expect(plan.warning?.hasPrefix("newuidmap is not installed") == true)
    }

    @Test func unprivilegedMappingProgramIsNotUsed() throws {
        try temporary.write("newuidmap", "")
        try Files.changeMode(at: Files.currentDirectory, temporary("newuidmap"), mode: 0o755)
        let plan = try plan(uids: "ann:100000:5\n", gids: "1001:100000:5\n")
        #expect(plan.warning?.contains("is neither set-user-ID root nor has the file capability") == true)
    }

    @Test func idsMissingInTheContainerAreNotRequested() throws {
        var inContainer = ann
        inContainer.uidMap = IDMapping([.init(containerID: 0, hostID: 100000, size: 65536)])
        let plan = try plan(uids: "ann:100000:65536\n", gids: "ann:100000:65536\n", for: inContainer)
        #expect(plan.warning?.contains("do not exist in this user namespace") == true)
    }

    @Test(.enabled(if: geteuid() == 0)) func privilegedMappingProgramsWriteAllRanges() throws {
        for name in ["newuidmap", "newgidmap"] {
            try temporary.write(name, "")
            try Files.changeMode(at: Files.currentDirectory, temporary(name), mode: 0o4755)
        }
        let plan = try plan(uids: "ann:100000:5\n", gids: "ann:200000:6\n")
        guard case .programs(let uid, let gid) = plan.writer else {
            // A nosuid /tmp is a fair reason.
            #expect(plan.warning?.contains("nosuid") == true)
            return
        }
        let arguments = uid.arguments(process: 42, map: plan.uidMap)
        #expect(arguments.dropFirst() == ["42", "0", "1001", "1", "1", "100000", "5"])
        #expect(gid.path == temporary("newgidmap"))
        #expect(plan.warning == nil)
        #expect(!plan.deniesSetgroups)
    }

    @Test func rootInAContainerMapsAllItsIDs() {
        var root = ann
        root.uid = 0
        root.uidMap = IDMapping([
            .init(containerID: 0, hostID: 1000, size: 1), .init(containerID: 1, hostID: 5, size: 9),
        ])
        #expect(UserNamespacePlan.nested(root).uidMap.text == "0 0 1\n")
        root.capabilities = .max
        let plan = UserNamespacePlan.nested(root)
        #expect(plan.uidMap.text == "0 0 1\n1 1 9\n")
        guard case .privileged = plan.writer else {
            Issue.record("not written with the own privileges")
            return
        }
    }
}

@Suite struct UserNamespaceFailureTests {
    private func explain(
        _ step: linux_user_namespace_step, _ error: Int32, said: String = "", uid: UInt32 = 1001,
        uidMap: IDMapping = .identity, _ change: (inout UserNamespaceSettings) -> Void = { _ in }
    ) -> UserNamespaceError {
        var settings = UserNamespaceSettings(maximumUserNamespaces: 100)
        change(&settings)
        let identity = ProcessCredentials(
            uid: uid, gid: uid, name: "ann", capabilities: 0, uidMap: uidMap, gidMap: .identity)
        let plan = UserNamespacePlan(
            writer: .programs(
                uid: MappingProgram(name: "newuidmap", path: "/bin/newuidmap"),
                gid: MappingProgram(name: "newgidmap", path: "/bin/newgidmap")),
            uidMap: .identity, gidMap: .identity, warning: nil)
        return UserNamespaceFailure(step: step, error: error, said: said, plan: plan, identity: identity)
            .explained(by: settings)
    }

    @Test func prohibitiveSettingsAreReportedWithARemedy() {
        let none = explain(LINUX_USER_NAMESPACE_UNSHARE, ENOSPC) { $0.maximumUserNamespaces = 0 }
        #expect(none.kind == .disabled)
        #expect(none.message.contains("user.max_user_namespaces is 0 (as root: sysctl -w"))
        let clone = explain(LINUX_USER_NAMESPACE_UNSHARE, EPERM) { $0.unprivilegedClone = 0 }
        #expect(clone.message.contains("kernel.unprivileged_userns_clone is 0"))
        let armor = explain(LINUX_USER_NAMESPACE_UNSHARE, EACCES) { $0.appArmorRestriction = 1 }
        #expect(armor.kind == .forbidden)
        #expect(armor.message.contains("kernel.apparmor_restrict_unprivileged_userns is 1"))
    }

    @Test func appArmorMayDenyLaterSteps() {
        let late = explain(LINUX_USER_NAMESPACE_PROPAGATION, EPERM) { $0.appArmorRestriction = 1 }
        #expect(late.kind == .forbidden)
        #expect(late.message.contains("AppArmor"))
    }

    @Test func otherReasonsAreReported() {
        #expect(explain(LINUX_USER_NAMESPACE_UNSHARE, ENOSPC).kind == .exhausted)
        #expect(explain(LINUX_USER_NAMESPACE_UNSHARE, EINVAL).kind == .disabled)
        #expect(explain(LINUX_USER_NAMESPACE_UNSHARE, EINVAL) { $0.threads = 3 }.kind == .tooManyThreads)
        #expect(
            explain(LINUX_USER_NAMESPACE_UNSHARE, EPERM) { $0.isFilteredBySeccomp = true }.message.contains("seccomp"))
        #expect(explain(LINUX_USER_NAMESPACE_BECOME_ROOT, EIO).message.hasSuffix("become its root: Input/output error"))
        #expect(explain(LINUX_USER_NAMESPACE_UID_MAP, EPERM, uid: 0).message.contains("CAP_SETFCAP"))
    }

    @Test func errorsOfMappingProgramsAreQuoted() {
        let error = explain(LINUX_USER_NAMESPACE_GID_MAP, 0, said: "newgidmap: no\nway\n")
        #expect(error.kind == .mappingProgramFailed)
        let expected = "/bin/newgidmap failed: newgidmap: no; way (check the ranges of user ann in /etc/subgid)"
        #expect(error.description == "cannot enter a user namespace: " + expected)
    }

    @Test func mappingProgramsNeedFileCapabilitiesInContainers() throws {
        let map = try #require(IDMapping(parsing: "0 1000 1\n1 100000 65536\n"))
        let said = "newuidmap: write to uid_map failed: Operation not permitted"
        let error = explain(LINUX_USER_NAMESPACE_UID_MAP, 0, said: said, uidMap: map)
        #expect(error.kind == .mappingProgramFailed)
        #expect(error.message.contains("setcap cap_setuid=ep /bin/newuidmap"))
    }

    @Test func systemSettingsAreReadable() {
        #expect(UserNamespaceSettings.current().threads > 0)
        #expect(UserNamespaceSettings.current().hasUserNamespaces)
    }
}
