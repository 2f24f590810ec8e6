import Glibc

/// The parsed values of `--security-opt`.
package struct SecurityOptions: Sendable, Equatable {
    /// The system calls allowed.
    package var seccomp = SeccompPolicy.standard
    /// `no-new-privileges`.
    package var noNewPrivileges = false
    /// SELinux labels: the values of `label=`, such as `disable`.
    package var labels: [String] = []
    /// The AppArmor profile; nil if not specified.
    package var apparmor: String?
    /// Paths to mask in addition to the standard ones.
    package var mask: [String] = []
    /// Shell patterns of standard paths to leave visible and writable; `ALL` for all of them.
    package var unmask: [String] = []

    /// The defaults.
    package init() {}

    /// Parses the options, one string each. An unknown one is an error of code `unknownOption`.
    package static func parse(_ options: [String]) throws(SandboxError) -> SecurityOptions {
        var result = SecurityOptions()
        for option in options {
            try result.take(option)
        }
        return result
    }

    private mutating func take(_ option: String) throws(SandboxError) {
        if option == "no-new-privileges" {
            noNewPrivileges = true
            return
        }
        let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            throw SandboxError(.unknownOption, "invalid --security-opt 1: \"\(option)\"")
        }
        switch parts[0] {
        case "no-new-privileges":
            guard let value = Self.boolean(parts[1]) else {
                throw SandboxError(.unknownOption, "invalid --security-opt: \"\(option)\" is neither true nor false")
            }
            noNewPrivileges = value
        case "seccomp": seccomp = parts[1] == "unconfined" ? .unconfined : .profile(parts[1])
        case "label": labels.append(parts[1])
        case "apparmor": apparmor = parts[1]
        case "mask": mask += Self.paths(parts[1])
        case "unmask": unmask += Self.paths(parts[1])
        default: throw SandboxError(.unknownOption, "invalid --security-opt 2: \"\(option)\"")
        }
    }

    private static func boolean(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "True", "TRUE": true
        case "0", "f", "F", "false", "False", "FALSE": false
        default: nil
        }
    }

    private static func paths(_ text: String) -> [String] {
        text.split(separator: ":").map(String.init)
    }

    /// The standard masked paths with `mask=` and `unmask=` applied.
    package var maskedPaths: [String] {
        SandboxSpec.standardMaskedPaths.filter { !isUnmasked($0) } + mask
    }

    /// The standard read-only paths with `unmask=` applied.
    package var readonlyPaths: [String] {
        SandboxSpec.standardReadonlyPaths.filter { !isUnmasked($0) }
    }

    private func isUnmasked(_ path: String) -> Bool {
        unmask.contains { $0.uppercased() == "ALL" || $0 == path || fnmatch($0, path, FNM_PATHNAME) == 0 }
    }

    /// Applies the options relevant to a sandbox to its specification.
    package func apply(to spec: inout SandboxSpec) {
        spec.seccomp = seccomp
        spec.noNewPrivileges = noNewPrivileges
        spec.maskedPaths = maskedPaths
        spec.hidesHostKernel = !isUnmasked(SandboxSpec.hostKernelPath)
        spec.readonlyPaths = readonlyPaths
    }
}
