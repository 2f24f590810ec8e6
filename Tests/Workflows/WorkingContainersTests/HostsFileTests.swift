import Sandbox
import Testing

@testable import WorkingContainers

@Suite struct HostsFileTests {
    private func process(_ network: SandboxNetwork, hosts: [String] = []) -> ContainerProcess {
        var process = ContainerProcess(arguments: [], hostname: "box")
        process.confinement.network = network
        process.confinement.addHosts = hosts
        process.confinement.baseHostsFile = "image"
        return process
    }

    private func pasta(_ change: (inout UserModeNetwork.Addresses) -> Void) -> SandboxNetwork {
        var network = UserModeNetwork(.pasta, path: "/usr/bin/pasta")
        network.addresses.host = "192.0.2.2"
        change(&network.addresses)
        return .userMode(network)
    }

    @Test func `names without an entry get a default one, comments are dropped`() throws {
        let base = "# a comment\n127.0.0.1   localhost  more # and another\n10.1.1.1\n"
        let text = try HostsFile.text(for: process(.host, hosts: ["a;b:1.2.3.4"]), Array(base.utf8))
        #expect(
            text == """
                1.2.3.4\ta b
                127.0.0.1\tlocalhost more
                127.0.0.1\thost.containers.internal host.docker.internal
                127.0.0.1\tbox

                """)
    }

    @Test func `the host of a private network has its mapped address`() throws {
        let mapped = pasta { $0.mapped = "169.254.1.2" }
        let text = try HostsFile.text(for: process(mapped, hosts: ["me:host-gateway"]), [])
        #expect(text.hasPrefix("169.254.1.2\tme\n127.0.0.1\tlocalhost\n::1\tlocalhost\n"))
        #expect(text.hasSuffix("169.254.1.2\thost.containers.internal host.docker.internal\n192.0.2.2\tbox\n"))
        let own = pasta { $0.container = "10.0.2.100" }
        #expect(
            try HostsFile.text(for: process(own), []).hasSuffix(
                "192.0.2.2\thost.containers.internal host.docker.internal\n10.0.2.100\tbox\n"))
    }

    @Test func `without an address of the host, its names are omitted and host-gateway is an error`() throws {
        let network = pasta { _ in }
        #expect(try !HostsFile.text(for: process(network), []).contains("internal"))
        #expect(throws: WorkingContainerError.self) {
            try HostsFile.text(for: process(network, hosts: ["me:host-gateway"]), [])
        }
        var silenced = process(.host)
        silenced.confinement.hostAddress = "none"
        #expect(try !HostsFile.text(for: silenced, []).contains("internal"))
    }

    @Test(arguments: [
        "", "name", "name:", ":1.2.3.4", ";:1.2.3.4", "name:300.1.1.1", "name:1.2.3.4\n5.6.7.8 x", "a b:::1",
    ])
    func `an invalid entry is rejected`(text: String) {
        #expect(throws: WorkingContainerError.self) { try HostEntry(flag: text) }
    }

    @Test(arguments: [("a:::1", "::1"), ("a:1.2.3.4", "1.2.3.4"), ("a;b:host-gateway", "host-gateway")])
    func `an entry's address begins after the first colon`(text: String, address: String) throws {
        #expect(try HostEntry(flag: text).address == address)
    }
}
