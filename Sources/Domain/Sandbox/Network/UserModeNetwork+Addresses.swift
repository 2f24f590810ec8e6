import Glibc
import LinuxSystem

extension UserModeNetwork {
    /// IPv4 addresses by which the host and a container reach each other.
    package struct Addresses: Sendable, Equatable {
        /// The host's own, by which the world knows it.
        package var host: String?
        /// One that leads to the host from the container, as newer versions of pasta can arrange.
        package var mapped: String?
        /// The container's own and its gateway's, where it cannot have the host's.
        package var container, gateway: String?

        package init() {}
    }

    /// Settles the addresses that options leave open.
    ///
    /// A container has the host's address with pasta, and reaches the host at one that is mapped to it (as Podman
    /// does). Older versions map none: then the container gets an address of its own, so that the host's is the host's.
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

    /// Whether this pasta knows `--map-guest-addr` (2024-08-14). Asking it costs more than looking for the word among its own.
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
