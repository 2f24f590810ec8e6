import Glibc
import LinuxSystem

extension UserModeNetwork {
    /// The IPv4 addresses by which the host and a container reach each other.
    package struct Addresses: Sendable, Equatable {
        /// The host's own address on its network.
        package var host: String?
        /// An address mapped to the host in the container, which newer versions of pasta support.
        package var mapped: String?
        /// The container's own and its gateway's, if it cannot have the host's.
        package var container, gateway: String?

        package init() {}
    }

    /// Chooses the addresses that options leave unspecified.
    ///
    /// With pasta, a container has the host's address, and reaches the host at a mapped one (like Podman). Older
    /// versions cannot map addresses: then the container gets its own address, so that the host's refers to the host.
    package mutating func settleAddresses() {
        settleAddresses(host: OutboundAddress.ipv4())
    }

    mutating func settleAddresses(host: String?) {
        addresses = Addresses()
        addresses.host = host
        guard program == .pasta else { return }
        if Self.mapsGuestAddress(path) {
            addresses.mapped = "169.254.1.2"
        } else if let host, !options.contains(where: Self.concernsAddresses) {
            let prefix = host.hasPrefix("10.0.2.") ? "10.0.3" : "10.0.2"
            addresses.container = "\(prefix).100"
            addresses.gateway = "\(prefix).2"
        }
    }

    private static func concernsAddresses(_ option: String) -> Bool {
        let names = [
            "-a", "--address", "-n", "--netmask", "-g", "--gateway", "-6", "--ipv6-only", "-i", "--interface",
            "--map-gw",
        ]
        return names.contains { option == $0 || option.hasPrefix($0 + "=") }
    }

    /// Whether this pasta knows `--map-guest-addr` (2024-08-14). Searching its binary is cheaper than running it.
    static func mapsGuestAddress(_ path: String) -> Bool {
        guard let program = try? Files.readFile(path, limit: 16 << 20) else { return false }
        let word = Array("map-guest-addr".utf8)
        return program.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            var offset = 0
            while bytes.count - offset >= word.count,
                let found = memchr(start + offset, Int32(word[0]), bytes.count - offset - word.count + 1)
            {
                if memcmp(found, word, word.count) == 0 { return true }
                offset = UnsafeRawPointer(found) - start + 1
            }
            return false
        }
    }
}
