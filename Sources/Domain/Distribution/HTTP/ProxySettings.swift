import HTTPHeaders

/// Which proxy serves which address: `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` as the other container tools read them.
package struct ProxySettings: Sendable {
    private var forPlain: String?
    private var forSecure: String?
    private var exceptions: [String] = []

    /// No proxies.
    package init() {}

    /// The settings of the environment; upper-case variables take precedence.
    package init(environment: [String: String]) {
        func value(_ name: String) -> String? {
            [environment[name], environment[name.lowercased()]].compactMap(\.self).first { !$0.isEmpty }
        }
        forPlain = value("HTTP_PROXY")
        forSecure = value("HTTPS_PROXY")
        exceptions = (value("NO_PROXY") ?? "").split(whereSeparator: { $0 == "," || $0 == " " }).map {
            $0.lowercased()
        }
    }

    /// The proxy for `address`; nil for a direct connection, which is always used for loopback addresses.
    ///
    /// - Throws: ``RegistryError`` if the setting is not an `http` address.
    func proxy(for address: WebAddress) throws -> WebAddress? {
        guard let setting = address.isSecure ? forSecure : forPlain, !isException(address) else { return nil }
        guard let proxy = WebAddress(setting.contains("://") ? setting : "http://\(setting)"), !proxy.isSecure else {
            throw RegistryError(.invalid, "the proxy in the environment is not an http:// address")
        }
        return proxy
    }

    private func isException(_ address: WebAddress) -> Bool {
        let host = address.host
        if host == "localhost" || host == "[::1]" || host.hasPrefix("127.") { return true }
        return exceptions.contains { exception in
            if exception == "*" { return true }
            var name = exception[...]
            if let colon = name.lastIndex(of: ":"), let port = Int(name[name.index(after: colon)...]),
                !name[..<colon].contains(":")
            {
                guard port == address.effectivePort else { return false }
                name = name[..<colon]
            }
            if name.contains("/") { return AddressRange(name)?.contains(host) ?? false }
            if name.hasPrefix("*.") { name = name.dropFirst() }
            return host == name || host.hasSuffix(name.hasPrefix(".") ? String(name) : ".\(name)")
        }
    }
}

/// IPv4 addresses with a common prefix: `10.0.0.0/8`.
private struct AddressRange {
    let value: UInt32
    let mask: UInt32

    init?(_ text: Substring) {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let address = Self.number(parts[0]), let bits = Int(parts[1]), (0...32).contains(bits)
        else { return nil }
        mask = bits == 0 ? 0 : ~UInt32(0) << UInt32(32 - bits)  // arithmetic: 1 to 32 bits
        value = address & mask
    }

    func contains(_ host: String) -> Bool {
        Self.number(host[...]).map { $0 & mask == value } ?? false
    }

    private static func number(_ text: Substring) -> UInt32? {
        // arithmetic: nil where it does not fit
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4 else { return nil }
        var result: UInt32 = 0
        for part in parts {
            guard let part else { return nil }
            result = result << 8 | UInt32(part)  // arithmetic: four bytes
        }
        return result
    }
}
