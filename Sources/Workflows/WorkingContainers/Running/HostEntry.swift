import Glibc

/// A line of `/etc/hosts`.
package struct HostEntry: Sendable, Equatable {
    /// An IP address, or in requested entries `host-gateway` for the host's address.
    package var address: String
    package var names: [String]

    init(_ address: String, _ names: [String]) {
        self.address = address
        self.names = names
    }

    /// The placeholder for the host's address.
    static let hostGateway = "host-gateway"

    /// Parses a value of `--add-host`, `NAME[;NAME...]:IP`.
    ///
    /// - Throws: ``WorkingContainerError`` with `invalid` and Buildah's message.
    package init(flag text: String) throws {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let names = parts[0].split(separator: ";").map(String.init)
        guard parts.count == 2, !names.isEmpty, !parts[0].contains(where: \.isWhitespace) else {
            throw WorkingContainerError(.invalid, "bad format for add-host: \"\(text)\"")
        }
        guard parts[1] == Self.hostGateway || Self.isAddress(parts[1]) else {
            throw WorkingContainerError(.invalid, "invalid IP address in add-host: \"\(parts[1])\"")
        }
        self.init(parts[1], names)
    }

    /// Whether the text is an IPv4 or IPv6 address.
    package static func isAddress(_ text: String) -> Bool {
        var room = in6_addr()
        return inet_pton(AF_INET, text, &room) == 1 || inet_pton(AF_INET6, text, &room) == 1
    }

    /// The entries of a file, without comments.
    static func entries(of file: String) -> [HostEntry] {
        file.split(whereSeparator: \.isNewline).compactMap { line in
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
            return words.count < 2 ? nil : HostEntry(words[0], Array(words.dropFirst()))
        }
    }

    var line: String { "\(address)\t\(names.joined(separator: " "))\n" }
}
