import CLinux
import Glibc
import Synchronization

/// An overlay mount to be made.
struct OverlayMount: Sendable {
    var lower: [String]
    var upper, work: String?
    /// Options without a value or as `name=value`, such as `userxattr`.
    var options: [String] = []
    var target: String

    /// mount(2) copies one page of options, with a NUL at its end.
    static let pageLimit = 4095

    /// The options as mount(2) takes them. Inside a path `:` separates directories and `,` options.
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

    /// Mounts with relative paths counted from the thread's working directory.
    func mount() throws(LinuxError) {
        if text.utf8.count <= Self.pageLimit {
            try Mounts.mount(source: "overlay", target: target, type: "overlay", data: text)
        } else if try !mountByContext() {
            try mountByDescriptors()
        }
    }

    /// The new mount interface, which takes layers one by one (Linux 6.5). False where it cannot take these.
    private func mountByContext() throws(LinuxError) -> Bool {
        let result = linux_fsopen("overlay", LINUX_FSOPEN_CLOEXEC)
        if result < 0 { return false }
        let context = OwnedFD(adopting: result)
        for directory in lower {
            // Older kernels do not know the option, and the interface takes at most 255 bytes.
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

    /// What the kernel wrote about the failure, in parentheses, or nothing.
    private func complaint(_ context: borrowing OwnedFD) -> String {
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = buffer.withUnsafeMutableBytes { (try? context.read(into: $0)) ?? 0 }
        // "e " begins an error.
        let text = String(decoding: buffer.prefix(count).dropFirst(2), as: UTF8.self)
        return text.isEmpty ? "" : " (\(text.split(whereSeparator: \.isNewline).joined(separator: "; ")))"
    }

    /// For every kernel: descriptor numbers in /proc/self/fd as short names of the directories.
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
    /// Mounts an overlay of `lower` directories (the nearest first) with an optional writable `upper` and its `work`
    /// directory. Relative paths among these three count from `workingDirectory`, which keeps the options short; where
    /// they still do not fit the kernel's page, other ways are taken. `target` is absolute. Without `upper` a
    /// single lower directory becomes a read-only bind mount, since overlay wants two. `volatile` leaves out all
    /// syncing: after a crash the upper directory is useless. `options` are passed on as they are.
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

    /// As above with one lower directory that was looked up before, and an upper one.
    package static func overlay(
        over lower: PathHandle, upper: String, work: String, target: String, userXattr: Bool, volatile: Bool,
        options: [String] = []
    ) throws(LinuxError) {
        // The kernel takes no descriptors here, but it follows this link to what the descriptor holds, whatever has the
        // file's name by now.
        try overlay(
            lower: ["/proc/self/fd/\(lower.fd)"], upper: upper, work: work, target: target, workingDirectory: "/",
            userXattr: userXattr, volatile: volatile, options: options)
    }

    /// Runs on a thread with its own working directory: the process's own belongs to everybody.
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
