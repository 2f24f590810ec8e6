import CLinux
import Glibc
import Synchronization

/// The parameters of an overlay mount.
struct OverlayMount: Sendable {
    var lower: [String]
    var upper, work: String?
    /// Options such as `userxattr` or `name=value`.
    var options: [String] = []
    var target: String

    /// mount(2) copies one page of options, including the terminating NUL.
    static let pageLimit = 4095

    /// The option string for mount(2). In paths, `:` (separates directories) and `,` (separates options) are escaped.
    var text: String {
        var parts = ["lowerdir=" + lower.map { escaped($0, also: ":,") }.joined(separator: ":")]
        if let upper { parts.append("upperdir=" + escaped(upper, also: ":,")) }
        if let work { parts.append("workdir=" + escaped(work, also: ":,")) }
        return (parts + options).joined(separator: ",")
    }

    private func escaped(_ path: String, also special: String) -> String {
        var result = ""
        for character in path.unicodeScalars {
            if character == "\\" || special.unicodeScalars.contains(character) { result.append("\\") }
            result.unicodeScalars.append(character)
        }
        return result
    }

    /// Mounts with paths relative to the thread's working directory.
    func mount() throws(LinuxError) {
        if text.utf8.count <= Self.pageLimit {
            try Mounts.mount(source: "overlay", target: target, type: "overlay", data: text)
        } else if try !mountByContext() {
            try mountByDescriptors()
        }
    }

    /// Uses the new mount API, which accepts layers one by one (Linux 6.5). False if it cannot be used for these.
    private func mountByContext() throws(LinuxError) -> Bool {
        let result = linux_fsopen("overlay", LINUX_FSOPEN_CLOEXEC)
        if result < 0 { return false }
        let context = OwnedFD(adopting: result)
        for directory in lower {
            // Older kernels do not know the option, and its values are limited to 255 bytes.
            guard set(context.raw, "lowerdir+", directory) == 0 else { return false }
        }
        if let upper, set(context.raw, "upperdir", upper) != 0 { return false }
        if let work, set(context.raw, "workdir", work) != 0 { return false }
        for option in options {
            let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
            let result =
                if parts.count == 2 {
                    set(context.raw, parts[0], parts[1])
                } else {
                    linux_fsconfig(context.raw, LINUX_FSCONFIG_SET_FLAG, option, nil, 0)
                }
            try checked(result, "mount overlay (option \(option)) on", target)
        }
        _ = set(context.raw, "source", "overlay")
        let created = linux_fsconfig(context.raw, LINUX_FSCONFIG_CMD_CREATE, nil, nil, 0)
        if created != 0 { throw LinuxError("mount overlay on", target + complaint(context), code: -created) }
        let mounted = try checked(linux_fsmount(context.raw, LINUX_FSMOUNT_CLOEXEC, 0), "mount overlay on", target)
        let mount = OwnedFD(adopting: mounted)
        let moved = linux_move_mount(mount.raw, "", LINUX_AT_FDCWD, target, LINUX_MOVE_MOUNT_F_EMPTY_PATH)
        try checked(moved, "mount overlay on", target)
        return true
    }

    private func set(_ context: Int32, _ key: String, _ value: String) -> Int32 {
        value.withCString { linux_fsconfig(context, LINUX_FSCONFIG_SET_STRING, key, $0, 0) }
    }

    /// The kernel's message about the failure in parentheses, or nothing.
    private func complaint(_ context: borrowing OwnedFD) -> String {
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = buffer.withUnsafeMutableBytes { (try? context.read(into: $0)) ?? 0 }
        // Errors are prefixed with "e ".
        let text = String(decoding: buffer.prefix(count).dropFirst(2), as: UTF8.self)
        return text.isEmpty ? "" : " (\(text.split(whereSeparator: \.isNewline).joined(separator: "; ")))"
    }

    /// Works on every kernel: uses /proc/self/fd/N as short names of the directories.
    private func mountByDescriptors() throws(LinuxError) {
        var opened: [Int32] = []
        defer { for descriptor in opened { _ = linux_close(descriptor) } }
        var short = self
        for (index, directory) in lower.enumerated() {
            opened.append(try openDirectory(directory))
            short.lower[index] = String(opened[index])
        }
        if let upper {
            opened.append(try openDirectory(upper))
            short.upper = String(opened[opened.count - 1])
        }
        if let work {
            opened.append(try openDirectory(work))
            short.work = String(opened[opened.count - 1])
        }
        try checked(linux_chdir("/proc/self/fd"), "enter", "/proc/self/fd")
        let text = short.text
        if text.utf8.count > Self.pageLimit {
            throw LinuxError("mount overlay (too many layers) on", target, code: E2BIG)
        }
        try Mounts.mount(source: "overlay", target: target, type: "overlay", data: text)
    }

    private func openDirectory(_ path: String) throws(LinuxError) -> Int32 {
        try OwnedFD.open(path, LINUX_O_PATH | LINUX_O_DIRECTORY).release()
    }
}

extension Mounts {
    /// Mounts an overlay of `lower` directories (topmost first) with an optional writable `upper` and its `work`
    /// directory. Relative paths among these three are relative to `workingDirectory`, which keeps the options short;
    /// if they still exceed the kernel's page, the other methods are used. `target` is absolute. Without `upper`, a
    /// single lower directory becomes a read-only bind mount, since overlayfs needs two. `volatile` omits all syncing:
    /// after a crash the upper directory is unusable. `options` are passed on unchanged.
    package static func overlay(
        lower: [String], upper: String?, work: String?, target: String, workingDirectory: String, userXattr: Bool,
        volatile: Bool, options: [String] = []
    ) throws(LinuxError) {
        if upper == nil, lower.count == 1 {
            let only = lower[0].hasPrefix("/") ? lower[0] : workingDirectory + "/" + lower[0]
            return try bind(from: only, to: target, recursive: false, readOnly: true)
        }
        let flags = [userXattr ? "userxattr" : nil, volatile && upper != nil ? "volatile" : nil].compactMap { $0 }
        let overlay = OverlayMount(lower: lower, upper: upper, work: work, options: flags + options, target: target)
        try inDirectory(workingDirectory) { () throws(LinuxError) in try overlay.mount() }
    }

    /// As above with one lower directory and an upper one, both resolved before.
    package static func overlay(
        over lower: PathHandle, upper: String, work: String, target: String, userXattr: Bool, volatile: Bool,
        options: [String] = []
    ) throws(LinuxError) {
        // The kernel does not accept descriptors here, but it follows these links to the file held by the descriptor,
        // even if it was renamed or replaced.
        try overlay(
            lower: ["/proc/self/fd/\(lower.fd)"], upper: upper, work: work, target: target, workingDirectory: "/",
            userXattr: userXattr, volatile: volatile, options: options)
    }

    /// Runs on a thread with its own working directory, since the process's is shared by all threads.
    private static func inDirectory(
        _ directory: String, _ body: @escaping @Sendable () throws(LinuxError) -> Void
    ) throws(LinuxError) {
        let failure = Failure()
        let thread = try PlainThread {
            do throws(LinuxError) {
                try checked(linux_unshare(LINUX_CLONE_FS), "unshare working directory")
                try checked(linux_chdir(directory), "enter", directory)
                try body()
            } catch {
                failure.error.withLock { $0 = error }
            }
        }
        thread.join()
        if let error = failure.error.withLock({ $0 }) { throw error }
    }

    private final class Failure: Sendable {
        let error = Mutex<LinuxError?>(nil)
    }
}
