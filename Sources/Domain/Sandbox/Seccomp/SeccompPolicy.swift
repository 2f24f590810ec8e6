/// Which system calls a container may make.
package enum SeccompPolicy: Sendable, Equatable {
    /// The host's default profile (`/etc/containers/seccomp.json`, `/usr/share/containers/seccomp.json`), or the
    /// built-in one; without the keyring calls.
    case standard
    /// As `standard`, but changing owners succeeds without any effect: for user namespaces that have a single id.
    case standardWithoutOwners
    /// The profile in this file, in the format of containers-common (Docker's).
    case profile(String)
    /// All system calls are allowed.
    case unconfined
}

/// A seccomp profile: rules in the format of `seccomp.json`.
struct SeccompProfile: Sendable, Equatable {
    /// A condition on capabilities, architectures (in Go's naming) and kernels.
    struct Condition: Sendable, Equatable {
        var capabilities: CapabilitySet = []
        var architectures: [String] = []
        var minimumKernel: String?
    }

    /// A comparison with a system call argument.
    struct Argument: Sendable, Equatable {
        var index: UInt32
        var value, valueTwo: UInt64
        var comparison: String
    }

    struct Rule: Sendable, Equatable {
        var names: [String]
        var action: String
        var errno: UInt16?
        var arguments: [Argument] = []
        var includes = Condition()
        var excludes = Condition()
    }

    var defaultAction: String
    var defaultErrno: UInt16?
    /// Additional architectures of each native one: libseccomp's names (`SCMP_ARCH_X86_64`).
    var subarchitectures: [String: [String]] = [:]
    var rules: [Rule]
}

extension SeccompProfile {
    /// Leaves calls to the default action, even if rules allow them.
    mutating func refuse(_ names: Set<String>) {
        remove(names)
    }

    /// Lets calls succeed that are not carried out.
    mutating func pretend(_ names: [String]) {
        remove(Set(names))
        rules.append(Rule(names: names, action: "SCMP_ACT_ERRNO", errno: 0))
    }

    private mutating func remove(_ names: Set<String>) {
        for index in rules.indices where rules[index].action == "SCMP_ACT_ALLOW" {
            rules[index].names.removeAll { names.contains($0) }
        }
        rules.removeAll { $0.names.isEmpty }
    }
}

/// The context for selecting rules.
struct SeccompContext: Sendable, Equatable {
    var capabilities: CapabilitySet
    /// In Go's naming, such as `amd64`.
    var architecture: String
    /// The release of uname -r, such as `6.1.0-18-amd64`.
    var kernel: String

    /// Whether a rule applies: all of its `includes` match, and none of its `excludes`.
    func admits(_ rule: SeccompProfile.Rule) -> Bool {
        let includes = rule.includes
        let excludes = rule.excludes
        return capabilities.isSuperset(of: includes.capabilities)
            && (includes.architectures.isEmpty || includes.architectures.contains(architecture))
            && (includes.minimumKernel.map(isAtLeast) ?? true)
            && capabilities.isDisjoint(with: excludes.capabilities)
            && !excludes.architectures.contains(architecture)
            && !(excludes.minimumKernel.map(isAtLeast) ?? false)
    }

    private func isAtLeast(_ version: String) -> Bool {
        let own = Self.numbers(kernel)
        let wanted = Self.numbers(version)
        return (own.0, own.1) >= (wanted.0, wanted.1)
    }

    private static func numbers(_ version: String) -> (Int, Int) {
        let parts = version.split(separator: ".").map { Int($0.prefix { $0.isNumber }) ?? 0 }
        return (parts.first ?? 0, parts.count > 1 ? parts[1] : 0)
    }
}
