import LinuxSystem
import Testing

@testable import Sandbox

@Suite struct UserModeNetworkTests {
    @Test func `pasta forwards only the requested ports`() throws {
        var network = UserModeNetwork(.pasta, path: "/usr/bin/pasta", options: ["-T", "5000", "--mtu", "1500"])
        network.ports = [UserModeNetwork.Port(hostAddress: "127.0.0.1", host: 8080, container: 80)]
        network.forwardsNames = true
        let words = try network.arguments(namespace: "/n", apiSocket: "/s", isMachineRoot: false)
        let line = words.joined(separator: " ")
        #expect(line.contains(" -t 127.0.0.1/8080:80 "))
        #expect(line.contains(" -u none -U none --no-map-gw --dns-forward 169.254.1.1 -T 5000 --mtu 1500 "))
        #expect(!line.contains("--runas"))
        #expect(line.hasSuffix("--netns-only --netns /n"))
    }

    @Test func `the host's root keeps running as root, since others may not join its namespaces`() throws {
        let network = UserModeNetwork(.pasta, path: "/usr/bin/pasta", options: ["--map-gw"])
        let words = try network.arguments(namespace: "/n", apiSocket: "/s", isMachineRoot: true)
        #expect(words.joined(separator: " ").contains("--runas 0"))
        #expect(!words.contains("--no-map-gw") && !words.contains("--map-gw"))
    }

    @Test func `slirp4netns accepts Podman's options`() throws {
        var network = UserModeNetwork(
            .slirp4netns, path: "/usr/bin/slirp4netns",
            options: ["mtu=1500", "cidr=10.3.4.0/24", "enable_ipv6=true", "allow_host_loopback=true"])
        network.ports = [UserModeNetwork.Port(host: 8080, container: 80)]
        let words = try network.arguments(namespace: "/n", apiSocket: "/s", isMachineRoot: false)
        #expect(words.contains("--mtu=1500") && words.contains("--cidr=10.3.4.0/24") && words.contains("--enable-ipv6"))
        #expect(words.contains("--api-socket=/s") && !words.contains("--disable-host-loopback"))
        #expect(network.ownAddress == "10.3.4.100" && network.nameServer == "10.3.4.3")
    }

    @Test(arguments: ["nonsense", "port_handler=rootlesskit", "mtu"])
    func `an unknown option is rejected by name`(option: String) throws {
        let network = UserModeNetwork(.slirp4netns, path: "/usr/bin/slirp4netns", options: [option])
        #expect(throws: SandboxError.self) {
            try network.arguments(namespace: "/n", apiSocket: "/s", isMachineRoot: false)
        }
    }

    @Test func `versions of pasta that cannot map the host's address give the container a different one`() throws {
        var network = UserModeNetwork(.pasta, path: "/no/such/pasta")
        network.settleAddresses(host: "192.0.2.2")
        let line = try network.arguments(namespace: "/n", apiSocket: "/s", isMachineRoot: false).joined(separator: " ")
        #expect(line.contains(" -a 10.0.2.100 -n 24 -g 10.0.2.2 "))
        #expect(network.ownAddress == "10.0.2.100" && network.hostAddress == "192.0.2.2")
        network.settleAddresses(host: "10.0.2.15")
        #expect(network.ownAddress == "10.0.3.100")
        network.settleAddresses(host: nil)
        #expect(network.ownAddress == nil && network.hostAddress == nil)
    }

    @Test func `versions of pasta that support it map the host's address`() throws {
        let path = "/tmp/pasta-\(RandomBytes.hex(8))"
        try Files.replaceFile(path, with: Array("mam...map-guest-add\0--map-guest-addr\0".utf8), synchronize: false)
        defer { try? Files.removeFile(path) }
        var network = UserModeNetwork(.pasta, path: path)
        network.settleAddresses(host: "192.0.2.2")
        let line = try network.arguments(namespace: "/n", apiSocket: "/s", isMachineRoot: false).joined(separator: " ")
        #expect(line.contains(" --map-guest-addr 169.254.1.2 ") && !line.contains(" -a "))
        #expect(network.ownAddress == nil && network.hostAddress == "169.254.1.2")
    }

    @Test func `addresses specified by the user are used`() throws {
        var network = UserModeNetwork(
            .pasta, path: "/no/such/pasta", options: ["-a", "10.9.0.5", "--dns-forward", "10.9.0.3"])
        network.settleAddresses(host: "192.0.2.2")
        network.forwardsNames = true
        let words = try network.arguments(namespace: "/n", apiSocket: "/s", isMachineRoot: false)
        #expect(words.filter { $0 == "-a" || $0 == "--dns-forward" }.count == 2)
        #expect(network.ownAddress == "10.9.0.5" && network.nameServer == "10.9.0.3")
        #expect(network.hostAddress == "192.0.2.2")
    }

    @Test func `the directory of namespaces is created only if the users' base directory exists`() throws {
        let base = "/tmp/run-user-\(RandomBytes.hex(8))"
        defer { try? Files.removeTree(base) }
        #expect(try NetworkNamespaceDirectory.place(of: 1000, base: base) == nil)
        try Files.makeDirectories(base, mode: 0o755)
        #expect(try NetworkNamespaceDirectory.place(of: 1000, base: base) == "\(base)/1000/netns")
        #expect(try Files.status("\(base)/1000/netns").mode & 0o7777 == 0o700)
        // It may be there already.
        #expect(try NetworkNamespaceDirectory.place(of: 1000, base: base) == "\(base)/1000/netns")
    }
}
