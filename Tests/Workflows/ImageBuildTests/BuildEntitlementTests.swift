import BuildGraph
import Testing

@testable import ImageBuild

@Suite struct BuildEntitlementTests {
    @Test func listsAndDevicesAreRead() throws {
        let entitlements = try BuildEntitlements([
            "network.host,security.insecure", "device=a.com/b=c", "device=a.com/b=d,alias=gpu",
        ])
        #expect(entitlements.names == ["network.host", "security.insecure"])
        #expect(entitlements.devices == ["a.com/b=c"] && entitlements.aliases == ["gpu": "a.com/b=d"])
        #expect(try BuildEntitlements(["device"]).names == ["device"])
    }

    @Test(arguments: [
        ("network.hst", "(did you mean network.host?)"), ("device=", "the name of the device is missing"),
        ("device=a,b=c", "unknown field b=c"), ("device=a,alias=", "unknown field alias="), ("devices", "unknown"),
    ])
    func othersAreRefused(value: String, message: String) {
        let error = #expect(throws: BuildError.self) { try BuildEntitlements([value]) }
        #expect(error?.message.contains(message) == true)
    }
}
