import CSandbox
import CSeccomp
import Glibc

/// Compiles profiles to kernel filter programs (classic BPF) with libseccomp.
struct SeccompCompiler {
    /// The filter as bytes of `struct sock_filter`s.
    static func compile(_ profile: SeccompProfile, for context: SeccompContext) throws(SandboxError) -> [UInt8] {
        let defaultAction = try action(profile.defaultAction, errno: profile.defaultErrno)
        guard let filter = seccomp_init(defaultAction) else {
            throw SandboxError(.seccomp, "seccomp profile: default action \(profile.defaultAction) is not supported")
        }
        defer { seccomp_release(filter) }
        try addArchitectures(of: profile, to: filter)
        // Uses a binary tree of rules: a system call costs a few comparisons instead of hundreds.
        _ = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2)
        for rule in profile.rules where context.admits(rule) {
            let action = try action(rule.action, errno: rule.errno)
            // libseccomp rejects rules with the default action.
            if action == defaultAction { continue }
            for name in rule.names {
                try add(rule, named: name, action, to: filter)
            }
        }
        return try export(filter)
    }

    private static func addArchitectures(of profile: SeccompProfile, to filter: scmp_filter_ctx) throws(SandboxError) {
        let own = profile.subarchitectures.first { isNative($0.key) }
        for name in own?.value ?? [] {
            let token = token(of: name)
            guard token != 0 else { continue }
            let result = seccomp_arch_add(filter, token)
            guard result == 0 || result == -EEXIST else {
                throw SandboxError(.seccomp, "seccomp profile: architecture \(name)", errno: -result)
            }
        }
    }

    /// Whether this is the name of the host's architecture.
    static func isNative(_ name: String) -> Bool {
        token(of: name) == seccomp_arch_native()
    }

    /// The host's architecture in the words of the runtime specification.
    static var nativeName: String {
        let known = [
            "SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", "SCMP_ARCH_PPC64LE", "SCMP_ARCH_S390X",
            "SCMP_ARCH_RISCV64", "SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_X86", "SCMP_ARCH_MIPSEL64",
        ]
        return known.first(where: isNative) ?? "SCMP_ARCH_X86_64"
    }

    /// libseccomp's name of `SCMP_ARCH_X86_64` is `x86_64`.
    private static func token(of name: String) -> UInt32 {
        let prefix = "SCMP_ARCH_"
        return seccomp_arch_resolve_name(
            (name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name).lowercased())
    }

    private static func add(
        _ rule: SeccompProfile.Rule, named name: String, _ action: UInt32, to filter: scmp_filter_ctx
    ) throws(SandboxError) {
        let number = seccomp_syscall_resolve_name(name)
        // Unknown: names of other architectures or newer kernels.
        guard number != -1 else { return }
        var comparisons: [scmp_arg_cmp] = []
        for argument in rule.arguments {
            comparisons.append(try comparison(argument))
        }
        // A rule cannot contain several comparisons of one argument: each becomes a rule of its own then.
        let isAmbiguous = Set(rule.arguments.map(\.index)).count < rule.arguments.count
        for group in isAmbiguous ? comparisons.map({ [$0] }) : [comparisons] {
            let result = seccomp_rule_add_array(filter, action, number, UInt32(group.count), group)
            guard result == 0 || result == -EEXIST else {
                throw SandboxError(.seccomp, "seccomp profile: rule for \(name)", errno: -result)
            }
        }
    }

    private static let comparisons: [String: scmp_compare] = [
        "SCMP_CMP_NE": SCMP_CMP_NE, "SCMP_CMP_LT": SCMP_CMP_LT, "SCMP_CMP_LE": SCMP_CMP_LE,
        "SCMP_CMP_EQ": SCMP_CMP_EQ, "SCMP_CMP_GE": SCMP_CMP_GE, "SCMP_CMP_GT": SCMP_CMP_GT,
        "SCMP_CMP_MASKED_EQ": SCMP_CMP_MASKED_EQ,
    ]

    private static func comparison(_ argument: SeccompProfile.Argument) throws(SandboxError) -> scmp_arg_cmp {
        guard let comparison = comparisons[argument.comparison] else {
            throw SandboxError(.seccomp, "seccomp profile: unknown comparison \(argument.comparison)")
        }
        return scmp_arg_cmp(
            arg: argument.index, op: comparison, datum_a: argument.value, datum_b: argument.valueTwo)
    }

    /// The kernel's action numbers (linux/seccomp.h); error numbers are in the lower half.
    private static func action(_ name: String, errno: UInt16?) throws(SandboxError) -> UInt32 {
        switch name {
        case "SCMP_ACT_ALLOW": 0x7fff_0000
        case "SCMP_ACT_ERRNO": 0x0005_0000 | UInt32(errno ?? UInt16(EPERM))
        case "SCMP_ACT_LOG": 0x7ffc_0000
        case "SCMP_ACT_TRACE": 0x7ff0_0000 | UInt32(errno ?? UInt16(EPERM))
        case "SCMP_ACT_TRAP": 0x0003_0000
        case "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD": 0
        case "SCMP_ACT_KILL_PROCESS": 0x8000_0000
        default: throw SandboxError(.seccomp, "seccomp profile: action \(name) is not supported")
        }
    }

    private static func export(_ filter: scmp_filter_ctx) throws(SandboxError) -> [UInt8] {
        let file = sandbox_memory_file("seccomp")
        guard file >= 0 else { throw SandboxError(.seccomp, "memfd_create", errno: -file) }
        defer { close(file) }
        let result = seccomp_export_bpf(filter, file)
        guard result == 0 else { throw SandboxError(.seccomp, "seccomp profile: export", errno: -result) }
        let size = Int(lseek(file, 0, SEEK_END))
        var bytes = [UInt8](repeating: 0, count: max(size, 0))
        guard pread(file, &bytes, bytes.count, 0) == bytes.count else {
            throw SandboxError(.seccomp, "seccomp profile: export", errno: EIO)
        }
        return bytes
    }
}
