import Testing

@testable import Sandbox

@Suite struct CapabilitySetTests {
    @Test(arguments: ["CHOWN", "CAP_CHOWN", "cap_chown", "chown"])
    func namesAreParsedInAnyForm(name: String) {
        #expect(CapabilitySet(name: name)?.rawValue == 1)
    }

    @Test func highestCapabilityIsCheckpointRestore() {
        #expect(CapabilitySet(name: "CHECKPOINT_RESTORE")?.rawValue == 1 << 40)
        #expect(CapabilitySet.all.rawValue == 0x1ff_ffff_ffff)
    }

    @Test func standardSetEqualsPodmans() {
        #expect(
            CapabilitySet.standard.capabilityNames == [
                "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID",
                "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_SETFCAP",
            ])
    }

    @Test func capabilitiesAreAddedAndDropped() throws {
        let set = try CapabilitySet.resolve(add: ["net_raw"], drop: ["CAP_KILL", "CHOWN"])
        #expect(set.capabilityNames.contains("CAP_NET_RAW"))
        #expect(!set.capabilityNames.contains("CAP_KILL"))
        #expect(!set.capabilityNames.contains("CAP_CHOWN"))
        #expect(set.capabilityNames.contains("CAP_SETUID"))
    }

    @Test func allMeansEveryCapability() throws {
        #expect(try CapabilitySet.resolve(add: ["all"], drop: []) == .all)
        #expect(try CapabilitySet.resolve(add: ["ALL"], drop: ["KILL"]).capabilityNames.count == 40)
        #expect(try CapabilitySet.resolve(add: [], drop: ["ALL"]) == [])
        #expect(try CapabilitySet.resolve(add: ["KILL"], drop: ["ALL"]).capabilityNames == ["CAP_KILL"])
    }

    @Test(arguments: [(["ALL"], ["ALL"]), (["KILL"], ["CAP_KILL"]), (["NONSENSE"], []), ([], ["CAP_"]), ([""], [])])
    func contradictionsAndUnknownNamesAreErrors(add: [String], drop: [String]) {
        #expect(throws: SandboxError.self) { try CapabilitySet.resolve(add: add, drop: drop) }
    }

    @Test func onlyRootHasTheGrantedCapabilities() {
        let root = ProcessCapabilities(granted: .standard, added: [], uid: 0)
        #expect(root.effective == .standard && root.permitted == .standard && root.bounding == .standard)
        #expect(root.inheritable == [] && root.ambient == [])
        let user = ProcessCapabilities(granted: .standard, added: [], uid: 1000)
        #expect(user.effective == [] && user.permitted == [] && user.bounding == .standard)
    }

    @Test func otherUsersKeepExplicitlyAddedCapabilities() throws {
        let added = try CapabilitySet.union(of: ["NET_RAW"])
        let sets = ProcessCapabilities(granted: .standard.union(added), added: added, uid: 1000)
        #expect([sets.effective, sets.permitted, sets.inheritable, sets.ambient].allSatisfy { $0 == added })
    }

    @Test func setsAreLimitedToTheCallersCapabilities() throws {
        let sets = ProcessCapabilities(granted: .all, added: [], uid: 0).limited(to: .standard)
        #expect(sets.bounding == .standard && sets.effective == .standard)
    }
}
