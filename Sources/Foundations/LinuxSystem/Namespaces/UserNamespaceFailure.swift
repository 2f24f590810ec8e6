import CLinux
import Glibc

/// System settings that restrict user namespaces.
struct UserNamespaceSettings: Sendable {
    /// nil if the kernel has no such setting.
    var maximumUserNamespaces, maximumMountNamespaces: Int64?
    var unprivilegedClone, appArmorRestriction: Int64?
    var hasUserNamespaces = true
    var isFilteredBySeccomp = false
    var threads = 1

    static func current() -> UserNamespaceSettings {
        let status = (try? Files.readFile("/proc/self/status")).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return UserNamespaceSettings(
            maximumUserNamespaces: read("user/max_user_namespaces"),
            maximumMountNamespaces: read("user/max_mnt_namespaces"),
            unprivilegedClone: read("kernel/unprivileged_userns_clone"),
            appArmorRestriction: read("kernel/apparmor_restrict_unprivileged_userns"),
            hasUserNamespaces: Files.exists("/proc/self/ns/user") || !Files.exists("/proc/self/ns"),
            isFilteredBySeccomp: status.split(separator: "\n").contains {
                $0.split(separator: "\t") == ["Seccomp:", "2"]
            },
            threads: (try? Files.entries(ofDirectory: "/proc/self/task").count) ?? 1)
    }

    private static func read(_ name: String) -> Int64? {
        guard let bytes = try? Files.readFile("/proc/sys/\(name)", limit: 4096) else { return nil }
        return Int64(String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).first ?? "")
    }
}

/// A failed entry, and the diagnosis of its cause for the user.
struct UserNamespaceFailure {
    let step: linux_user_namespace_step
    let error: Int32
    /// The output of the failed mapping program.
    let said: String
    let plan: UserNamespacePlan
    let identity: ProcessCredentials

    init(_ failure: linux_user_namespace_failure, _ plan: UserNamespacePlan, _ identity: ProcessCredentials) {
        let said = withUnsafeBytes(of: failure.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        self.init(step: failure.step, error: failure.error, said: said, plan: plan, identity: identity)
    }

    init(
        step: linux_user_namespace_step, error: Int32, said: String, plan: UserNamespacePlan,
        identity: ProcessCredentials
    ) {
        (self.step, self.error, self.plan, self.identity) = (step, error, plan, identity)
        self.said = said.split(whereSeparator: \.isNewline).joined(separator: "; ")
    }

    /// The error to report, given the system's settings.
    func explained(by settings: UserNamespaceSettings) -> UserNamespaceError {
        let (kind, reason) =
            programFailure ?? (step == LINUX_USER_NAMESPACE_UNSHARE ? blocker(settings) : nil)
            ?? restriction(settings) ?? (.failed, "\(stepName): \(LinuxError("", code: error).errno)")
        return UserNamespaceError(kind: kind, message: "cannot enter a user namespace: \(reason)")
    }

    private typealias Reason = (kind: UserNamespaceError.Kind, text: String)

    private var programFailure: Reason? {
        guard case .programs(let uid, let gid) = plan.writer, error == 0 else { return nil }
        let (program, file) = step == LINUX_USER_NAMESPACE_UID_MAP ? (uid, "/etc/subuid") : (gid, "/etc/subgid")
        let user = identity.name ?? String(identity.uid)
        let text = said.isEmpty ? "it said nothing" : said
        let advice =
            said.contains("write to") && identity.uidMap != .identity
            ? "inside of a container it needs a file capability, not the setuid bit (as root: chmod u-s \(uid.path) "
                + "\(gid.path); setcap cap_setuid=ep \(uid.path); setcap cap_setgid=ep \(gid.path))"
            : "check the ranges of user \(user) in \(file)"
        return (.mappingProgramFailed, "\(program.path) failed: \(text) (\(advice))")
    }

    /// Why unshare(2) itself failed.
    private func blocker(_ settings: UserNamespaceSettings) -> Reason? {
        if error == EINVAL, settings.threads > 1 {
            return (.tooManyThreads, "the process already has \(settings.threads) threads")
        }
        if error == EINVAL || !settings.hasUserNamespaces {
            return (.disabled, "this kernel is built without user namespaces (CONFIG_USER_NS)")
        }
        if settings.maximumUserNamespaces == 0 {
            return (.disabled, "user.max_user_namespaces is 0 (as root: sysctl -w user.max_user_namespaces=15000)")
        }
        if settings.maximumMountNamespaces == 0 {
            return (.disabled, "user.max_mnt_namespaces is 0 (as root: sysctl -w user.max_mnt_namespaces=15000)")
        }
        if error == ENOSPC || error == EUSERS {
            let limit = "the limit of user namespaces is reached, by their number or their nesting"
            return (.exhausted, "\(limit) (as root: raise user.max_user_namespaces)")
        }
        guard error == EPERM || error == EACCES else { return nil }
        if identity.uid != 0, settings.unprivilegedClone == 0 {
            let setting = "kernel.unprivileged_userns_clone"
            return (.disabled, "\(setting) is 0 (as root: sysctl -w \(setting)=1)")
        }
        return nil
    }

    /// What denies namespaces or, later, the capabilities in them.
    private func restriction(_ settings: UserNamespaceSettings) -> Reason? {
        guard error == EPERM || error == EACCES else { return nil }
        if let setting = settings.appArmorRestriction, setting != 0 {
            let name = "kernel.apparmor_restrict_unprivileged_userns"
            let cure = "as root: give this program an AppArmor profile that allows userns, or sysctl -w \(name)=0"
            return (.forbidden, "AppArmor restricts it: \(name) is \(setting) (\(cure))")
        }
        if identity.uidMap.toHost(identity.uid) == nil {
            return (.failed, "user id \(identity.uid) has no mapping in the present user namespace")
        }
        if identity.uid == 0, !identity.has(LINUX_CAP_SETFCAP), step == LINUX_USER_NAMESPACE_UID_MAP {
            return (.forbidden, "root without CAP_SETFCAP cannot be mapped (run the container with that capability)")
        }
        guard step == LINUX_USER_NAMESPACE_UNSHARE else { return nil }
        if settings.isFilteredBySeccomp {
            let cure = "run the container with --security-opt seccomp=unconfined or as privileged"
            return (.forbidden, "a seccomp filter forbids unshare(2) (\(cure))")
        }
        return (.forbidden, "the kernel does not permit it (a security module, or a chroot around this process)")
    }

    private var stepName: String {
        switch step {
        case LINUX_USER_NAMESPACE_UNSHARE: "unshare"
        case LINUX_USER_NAMESPACE_UID_MAP: "write uid_map"
        case LINUX_USER_NAMESPACE_GID_MAP: "write gid_map"
        case LINUX_USER_NAMESPACE_SETGROUPS: "set the groups"
        case LINUX_USER_NAMESPACE_BECOME_ROOT: "become its root"
        case LINUX_USER_NAMESPACE_PROPAGATION: "cut off mount propagation"
        default: "prepare"
        }
    }
}
