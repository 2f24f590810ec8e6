import CSeccomp
import Glibc
import JSONText
import LinuxSystem

/// Provides the filter for a policy. Compiling takes longer than starting a container, so filters are cached.
struct SeccompFilters {
    /// The cache directory; nil to not cache. Write access to it grants control over later containers' filters.
    let cacheDirectory: String?

    private static let standardPaths = ["/etc/containers/seccomp.json", "/usr/share/containers/seccomp.json"]
    private static let largestProfile = 4 << 20
    private static let largestFilter = 4096 * 8

    /// The filter as bytes of `struct sock_filter`s; nil for none.
    func filter(for policy: SeccompPolicy, capabilities: CapabilitySet) throws(SandboxError) -> [UInt8]? {
        guard let profile = try profileBytes(policy) else { return nil }
        let context = Self.context(capabilities)
        let key = Self.key(profile, context, policy)
        if let cached = cached(key) { return cached }
        let parsed = try Self.parsed(profile, policy)
        let filter = try SeccompCompiler.compile(parsed, for: context)
        keep(filter, key)
        return filter
    }

    /// The policy in the format for OCI runtimes; nil for none.
    func runtimeSpecJSON(for policy: SeccompPolicy, capabilities: CapabilitySet) throws(SandboxError) -> JSONValue? {
        guard let bytes = try profileBytes(policy) else { return nil }
        let profile = try Self.parsed(bytes, policy)
        let native = profile.subarchitectures.keys.first { SeccompCompiler.isNative($0) }
        return profile.runtimeSpecJSON(for: Self.context(capabilities), native: native ?? SeccompCompiler.nativeName)
    }

    /// The host's default profile allows keyrings, through which a user's containers can read each other's; an
    /// explicitly named profile is used unchanged.
    private static func parsed(_ bytes: [UInt8], _ policy: SeccompPolicy) throws(SandboxError) -> SeccompProfile {
        var profile = bytes.isEmpty ? .builtIn : try SeccompProfile(parsing: bytes)
        switch policy {
        case .standard: profile.refuse(keyrings)
        case .standardWithoutOwners:
            profile.refuse(keyrings)
            profile.pretend(["chown", "chown32", "fchown", "fchown32", "fchownat", "lchown", "lchown32"])
        case .profile, .unconfined: break
        }
        return profile
    }

    private static let keyrings: Set<String> = ["add_key", "keyctl", "request_key"]

    private static func context(_ capabilities: CapabilitySet) -> SeccompContext {
        SeccompContext(capabilities: capabilities, architecture: architecture, kernel: kernelRelease)
    }

    /// The profile's text, empty for the built-in one, nil for unconfined.
    private func profileBytes(_ policy: SeccompPolicy) throws(SandboxError) -> [UInt8]? {
        switch policy {
        case .unconfined:
            return nil
        case .profile(let path):
            do {
                return try Files.readFile(path, limit: Self.largestProfile)
            } catch {
                throw SandboxError(.seccomp, "seccomp profile: \(error)")
            }
        case .standard, .standardWithoutOwners:
            for path in Self.standardPaths {
                do {
                    if let bytes = try Files.readFileIfPresent(path, limit: Self.largestProfile) { return bytes }
                } catch {
                    throw SandboxError(.seccomp, "seccomp profile: \(error)")
                }
            }
            return []
        }
    }

    /// Everything that a filter depends on. It is stored next to the filter and compared, so the hash in the file name
    /// need not be strong.
    private static func key(_ profile: [UInt8], _ context: SeccompContext, _ policy: SeccompPolicy) -> [UInt8] {
        let version = seccomp_version().pointee
        let library = "\(version.major).\(version.minor).\(version.micro)"
        let kind =
            switch policy {
            case .standard: "standard-2"
            case .standardWithoutOwners: "standard-without-owners"
            case .profile, .unconfined: "1"
            }
        let machine = "\(context.architecture) \(context.kernel)"
        let facts = "\(kind) \(library) \(machine) \(context.capabilities.rawValue)\n"
        return Array(facts.utf8) + profile
    }

    private func path(_ key: [UInt8]) -> String? {
        guard let cacheDirectory else { return nil }
        // FNV-1a.
        let hash = key.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return "\(cacheDirectory)/seccomp-\(String(hash, radix: 16)).bpf"
    }

    private func cached(_ key: [UInt8]) -> [UInt8]? {
        guard let path = path(key),
            let bytes = try? Files.readFileIfPresent(path, limit: Self.largestProfile + Self.largestFilter + 256),
            bytes.count > key.count, (bytes.count - key.count) % 8 == 0, bytes.starts(with: key)
        else { return nil }
        return Array(bytes[key.count...])
    }

    /// A missing cached filter only costs some milliseconds, so errors are ignored.
    private func keep(_ filter: [UInt8], _ key: [UInt8]) {
        guard let path = path(key), let cacheDirectory else { return }
        try? Files.makeDirectories(cacheDirectory)
        try? Files.replaceFile(path, with: key + filter, mode: 0o600, synchronize: false)
    }

    /// The host's architecture in Go's naming.
    private static var architecture: String {
        #if arch(x86_64)
            "amd64"
        #elseif arch(arm64)
            "arm64"
        #elseif arch(i386)
            "x86"
        #elseif arch(arm)
            "arm"
        #elseif arch(powerpc64le)
            "ppc64le"
        #elseif arch(s390x)
            "s390x"
        #elseif arch(riscv64)
            "riscv64"
        #else
            "unknown"
        #endif
    }

    private static var kernelRelease: String {
        var names = utsname()
        guard uname(&names) == 0 else { return "" }
        return withUnsafeBytes(of: &names.release) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
