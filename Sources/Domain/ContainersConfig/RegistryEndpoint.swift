/// Where and how a registry is reached.
package struct RegistryEndpoint: Sendable, Equatable {
    /// For which pulls a mirror may be asked.
    package enum PullMode: String, Sendable {
        /// Pulls by tag and by digest.
        case all
        /// Only pulls by digest.
        case digestOnly = "digest-only"
        /// Only pulls by tag.
        case tagOnly = "tag-only"
    }

    /// `host[:port][/path]`; empty only for a wildcard prefix, whose references are used unchanged.
    package var location: String
    /// Whether plain HTTP and unverified TLS are allowed.
    package var insecure: Bool
    /// For which pulls it serves, when it is a mirror.
    package var pulls: PullMode

    /// An endpoint at `location`.
    package init(location: String, insecure: Bool = false, pulls: PullMode = .all) {
        self.location = location
        self.insecure = insecure
        self.pulls = pulls
    }
}

/// One `[[registry]]` table of containers-registries.conf(5).
package struct RegistrySettings: Sendable, Equatable {
    /// Which image names the settings are for: `host[:port][/path][:tag|@digest]` or `*.domain`.
    package var prefix: String
    /// What takes the place of the prefix.
    package var endpoint: RegistryEndpoint
    /// Asked before the endpoint, in order.
    package var mirrors: [RegistryEndpoint]
    /// Whether pulling matching images is forbidden.
    package var blocked: Bool
    /// Whether mirrors serve only pulls by digest.
    package var mirrorByDigestOnly: Bool

    /// Settings for images below `prefix`.
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

    /// How many bytes of `name` the prefix covers; nil when the name is not below it.
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

    /// The end of the first place where `needle` stands in `host` before its port or its end.
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
