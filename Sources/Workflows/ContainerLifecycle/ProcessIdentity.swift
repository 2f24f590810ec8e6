import CLinux
import Glibc
import LinuxSystem

/// Which process is meant by a number that will be given to others one day: the number, when the process began, since
/// which start of the machine, and in whose count of processes.
package struct ProcessIdentity: Sendable, Codable, Equatable {
    package let pid: Int32
    let startTime: UInt64
    let boot: String
    let namespace: String

    /// Marks a process that is alive.
    init(_ pid: Int32) throws {
        self.pid = pid
        startTime = try ProcessIdentity.startTime(of: pid)
        boot = try ProcessIdentity.currentBoot()
        namespace = try ProcessIdentity.currentNamespace()
    }

    /// Sends a signal; nothing happens to whoever has got the number meanwhile.
    ///
    /// - Returns: false when the process is gone.
    package func send(_ number: Int32) throws -> Bool {
        guard boot == (try ProcessIdentity.currentBoot()), namespace == (try ProcessIdentity.currentNamespace()) else {
            throw ContainerError(.unreachable, "process \(pid) is not one of this machine's or this container's count")
        }
        let descriptor = linux_pidfd_open(pid, 0)
        if descriptor == -ESRCH { return false }
        guard descriptor >= 0 else { throw LinuxError("pidfd_open", code: -descriptor) }
        let handle = OwnedFD(adopting: descriptor)
        // Looked at after it was opened: the number cannot change hands any more.
        guard (try? ProcessIdentity.startTime(of: pid)) == startTime else { return false }
        let owner = try Files.status("/proc/\(pid)").uid
        let result = ProcessIdentity.asUser(owner) { linux_pidfd_send_signal(handle.raw, number) }
        if result == -ESRCH { return false }
        guard result == 0 else { throw LinuxError("signal process \(pid)", code: -result) }
        return true
    }

    /// Another user namespace of the same user is nobody's child: in it only equal user ids give the right to signal.
    private static func asUser(_ uid: UInt32, _ body: () -> Int32) -> Int32 {
        guard uid != geteuid() else { return body() }
        // The system call itself: the user changes for this thread alone.
        guard linux_set_effective_uid(uid) == 0 else { return body() }
        defer { _ = linux_set_effective_uid(0) }
        return body()
    }

    /// Field 22 of /proc/PID/stat; the name in field 2 may hold anything.
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
