/// Where and how to access a registry.
package struct RegistryEndpoint: Sendable, Equatable {
    /// The pulls for which a mirror may be used.
    package enum PullMode: String, Sendable {
        /// Pulls by tag and by digest.
        case all
        /// Only pulls by digest.
        case digestOnly = "digest-only"
        /// Only pulls by tag.
        case tagOnly = "tag-only"
    }

    /// `host[:port][/path]`; only empty for a wildcard prefix, whose references are used unchanged.
    package var location: String
    /// Whether plain HTTP and unverified TLS are allowed.
    package var insecure: Bool
    /// The pulls that it serves, if it is a mirror.
    package var pulls: PullMode

    /// Creates an endpoint at `location`.
    package init(location: String, insecure: Bool = false, pulls: PullMode = .all) {
        self.location = location
        self.insecure = insecure
        self.pulls = pulls
    }
}

/// A `[[registry]]` table of containers-registries.conf(5).
package struct RegistrySettings: Sendable, Equatable {
    /// The image names to which the settings apply: `host[:port][/path][:tag|@digest]` or `*.domain`.
    package var prefix: String
    /// Replaces the prefix.
    package var endpoint: RegistryEndpoint
    /// Tried before the endpoint, in order.
    package var mirrors: [RegistryEndpoint]
    /// Whether pulling matching images is forbidden.
    package var blocked: Bool
    /// Whether mirrors serve only pulls by digest.
    package var mirrorByDigestOnly: Bool

    /// Creates settings for images below `prefix`.
    package init(
        prefix: String, endpoint: RegistryEndpoint, mirrors: [RegistryEndpoint] = [], blocked: Bool = false,
        mirrorByDigestOnly: Bool = false
    ) {
        self.prefix = prefix
        self.endpoint = endpoint
        self.mirrors = mirrors
        self.blocked = blocked
        self.mirrorByDigestOnly = mirrorByDigestOnly
    }

    /// How many bytes of `name` the prefix covers; nil if it does not match.
    func matchLength(_ name: String) -> Int? {
        let name = Array(name.utf8)
        let end: Int
        if prefix.hasPrefix("*.") {
            let suffix = Array(prefix.utf8.dropFirst())
            let host = name.prefix { $0 != UInt8(ascii: "/") }
            guard let found = Self.firstRange(of: suffix, in: host) else { return nil }
            end = found
        } else {
            guard name.starts(with: prefix.utf8) else { return nil }
            end = prefix.utf8.count
        }
        guard end < name.count else { return end }
        return [UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "@")].contains(name[end]) ? end : nil
    }

    /// The end of the first occurrence of `needle` in `host` that is followed by a port, a digest or nothing.
    private static func firstRange(of needle: [UInt8], in host: ArraySlice<UInt8>) -> Int? {
        guard host.count >= needle.count else { return nil }
        for start in host.startIndex...(host.endIndex - needle.count) {
            let end = start + needle.count
            guard host[start..<end].elementsEqual(needle) else { continue }
            if end == host.endIndex || host[end] == UInt8(ascii: ":") || host[end] == UInt8(ascii: "@") { return end }
        }
        return nil
    }
}
