import Sandbox
import Testing

@testable import WorkingContainers

@Suite struct ResolverFileTests {
    private let pasta = SandboxNetwork.userMode(UserModeNetwork(.pasta, path: "/usr/bin/pasta"))

    private func text(
        _ network: SandboxNetwork, _ files: [String: String], _ change: (inout StepConfinement) -> Void = { _ in }
    ) throws -> String {
        let tree = try CopyTree()
        for (name, content) in files { try tree.file("\(tree.rootfs)/\(name)", content) }
        var confinement = StepConfinement()
        confinement.network = network
        change(&confinement)
        return try ResolverFile(confinement, root: tree.rootfs).text
    }

    @Test func `the host's network has the host's servers`() throws {
        let host = "# comment\nnameserver 127.0.0.53\nsearch a.example b.example\noptions edns0 ; more\n"
        #expect(
            try text(.host, ["etc/resolv.conf": host])
                == "search a.example b.example\nnameserver 127.0.0.53\noptions edns0\n")
    }

    @Test func `in a private network, pasta's server precedes the host's reachable servers`() throws {
        let host = "nameserver 127.0.0.1\nnameserver 192.0.2.53\nnameserver fe80::1%eth0\n"
        #expect(try text(pasta, ["etc/resolv.conf": host]) == "nameserver 169.254.1.1\nnameserver 192.0.2.53\n")
        #expect(try text(pasta, ["etc/resolv.conf": "nameserver ::1\n"]) == "nameserver 169.254.1.1\n")
        #expect(try text(pasta, ["etc/resolv.conf": "nameserver 2001:db8::53\n"]) == "nameserver 2001:db8::53\n")
    }

    @Test func `the stub of systemd-resolved is replaced by its upstream servers`() throws {
        let files = [
            "etc/resolv.conf": "nameserver 127.0.0.53\nsearch stub\n",
            "run/systemd/resolve/resolv.conf": "nameserver 192.0.2.53\nsearch real\n",
        ]
        #expect(try text(pasta, files) == "search real\nnameserver 169.254.1.1\nnameserver 192.0.2.53\n")
    }

    @Test func `requested servers replace all others`() throws {
        let asked = try text(pasta, ["etc/resolv.conf": "nameserver 192.0.2.53\nsearch a\noptions x\n"]) {
            $0.dnsServers = ["1.2.3.4"]
            $0.dnsSearches = ["."]
            $0.dnsOptions = ["ndots:2"]
        }
        #expect(asked == "nameserver 1.2.3.4\noptions ndots:2\n")
    }

    @Test func `a namespace of ip netns may have a separate file`() throws {
        let files = ["etc/resolv.conf": "nameserver 1.1.1.1\n", "etc/netns/blue/resolv.conf": "nameserver 2.2.2.2\n"]
        #expect(try text(.path("/run/netns/blue"), files) == "nameserver 2.2.2.2\n")
        #expect(try text(.path("/run/netns/red"), files) == "nameserver 1.1.1.1\n")
    }
}
