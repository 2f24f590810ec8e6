import CLinux
import Glibc
package import LinuxSystem

/// Identifies a process beyond the reuse of its number: by the number, its start time, the boot, and its PID namespace.
package struct ProcessIdentity: Sendable, Codable, Equatable {
    package let pid: Int32
    let startTime: UInt64
    let boot: String
    let namespace: String

    /// The identity of a running process.
    init(_ pid: Int32) throws {
        self.pid = pid
        startTime = try ProcessIdentity.startTime(of: pid)
        boot = try ProcessIdentity.currentBoot()
        namespace = try ProcessIdentity.currentNamespace()
    }

    /// Sends a signal, but never to another process that reuses the number.
    ///
    /// - Returns: false when the process has ended.
    package func send(_ number: Int32) throws -> Bool {
        guard let handle = try open() else { return false }
        let owner = try Files.status("/proc/\(pid)").uid
        let result = ProcessIdentity.asUser(owner) { linux_pidfd_send_signal(handle.raw, number) }
        if result == -ESRCH { return false }
        guard result == 0 else { throw LinuxError("signal process \(pid)", code: -result) }
        return true
    }

    /// A pidfd of the process; nil when it has ended.
    package func open() throws -> OwnedFD? {
        guard boot == (try ProcessIdentity.currentBoot()), namespace == (try ProcessIdentity.currentNamespace()) else {
            throw ContainerError(.unreachable, "process \(pid) is in another PID namespace or from another boot")
        }
        let descriptor = linux_pidfd_open(pid, 0)
        if descriptor == -ESRCH { return nil }
        guard descriptor >= 0 else { throw LinuxError("pidfd_open", code: -descriptor) }
        let handle = OwnedFD(adopting: descriptor)
        // Checked after opening it: the number can no longer be reused for another process.
        guard (try? ProcessIdentity.startTime(of: pid)) == startTime else { return nil }
        return handle
    }

    /// A sibling user namespace of the same user is not a descendant: signalling into it requires equal user ids.
    private static func asUser(_ uid: UInt32, _ body: () -> Int32) -> Int32 {
        guard uid != geteuid() else { return body() }
        // The raw system call: changes the user for this thread only.
        guard linux_set_effective_uid(uid) == 0 else { return body() }
        defer { _ = linux_set_effective_uid(0) }
        return body()
    }

    /// Field 22 of /proc/PID/stat; the name in field 2 may contain anything.
    private static func startTime(of pid: Int32) throws -> UInt64 {
        let text = String(decoding: try Files.readFile("/proc/\(pid)/stat", limit: 1 << 16), as: UTF8.self)
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 19, let time = UInt64(fields[19]) else {
            throw ContainerError(.unreachable, "/proc/\(pid)/stat has no start time")
        }
        return time
    }

    private static func currentBoot() throws -> String {
        let bytes = try Files.readFile("/proc/sys/kernel/random/boot_id", limit: 256)
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    private static func currentNamespace() throws -> String {
        String(decoding: try Files.readSymlink("/proc/self/ns/pid"), as: UTF8.self)
    }
}
