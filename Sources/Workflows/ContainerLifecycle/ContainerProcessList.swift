import Glibc
import LinuxSystem

/// A process of a running container.
package struct ListedProcess: Sendable {
    /// Its number on the host, and in the container.
    let hostPID: Int32
    let pid: Int32
    let parent: Int32
    let uid: UInt32
    let state: String
    let terminal: Int64
    /// Processor time, and time since it was started, in seconds.
    let time, elapsed: Double
    let name: String
    let command: String

    /// The text of a column, in the terms of ps(1).
    package func text(of field: String) -> String {
        switch field {
        case "user": uid == 0 ? "root" : "\(uid)"
        case "uid": "\(uid)"
        case "pid": "\(pid)"
        case "hpid": "\(hostPID)"
        case "ppid": "\(parent)"
        case "pcpu": ListedProcess.decimal(elapsed > 0 ? time / elapsed * 100 : 0)
        case "etime": "\(ListedProcess.decimal(elapsed))s"
        case "tty": terminal == 0 ? "?" : terminal >> 8 == 136 ? "pts/\(terminal & 0xFF)" : "console"
        case "time": "\(Int64(time))s"
        case "comm": name
        case "stat", "state": state
        default: command
        }
    }

    private static func decimal(_ number: Double) -> String {
        let thousandths = Int64(min(max(number, 0), 1e12) * 1000)
        let digits = String(thousandths % 1000)
        return "\(thousandths / 1000).\(String(repeating: "0", count: 3 - digits.count))\(digits)"
    }
}

extension ManagedContainer {
    /// The processes in the container's PID namespace, those of `exec` included. This process must be allowed to trace
    /// them: root, also of the user's own user namespace.
    package func processes() throws -> [ListedProcess] {
        guard let first = state.process?.pid else { return [] }
        let namespace = try Files.readSymlink("/proc/\(first)/ns/pid")
        guard namespace != (try Files.readSymlink("/proc/self/ns/pid")) else {
            throw ContainerError(.unsupported, "container \(id) is among the processes of the host: use ps")
        }
        let ticks = Double(max(sysconf(Int32(_SC_CLK_TCK)), 1))
        var uptime = timespec()
        clock_gettime(CLOCK_BOOTTIME, &uptime)
        let numbers = try Files.entries(ofDirectory: "/proc").compactMap { Int32($0.text) }.sorted()
        return numbers.compactMap { number in
            guard (try? Files.readSymlink("/proc/\(number)/ns/pid")) == namespace else { return nil }
            return ListedProcess(number, ticks: ticks, uptime: Double(uptime.tv_sec))
        }
    }
}

extension ListedProcess {
    /// nil when it has ended meanwhile.
    fileprivate init?(_ number: Int32, ticks: Double, uptime: Double) {
        func text(_ name: String) -> String {
            let bytes = (try? Files.readFile("/proc/\(number)/\(name)", limit: 1 << 20)) ?? []
            return String(decoding: bytes, as: UTF8.self)
        }
        // The name may contain anything, so the fields are counted from its end.
        let whole = text("stat")
        guard let end = whole.lastIndex(of: ")"), let begin = whole.firstIndex(of: "(") else { return nil }
        let fields = whole[end...].dropFirst(2).split(separator: " ")
        guard fields.count > 19, let parent = Int32(fields[1]), let terminal = Int64(fields[4]),
            let user = Double(fields[11]), let system = Double(fields[12]), let start = Double(fields[19])
        else { return nil }
        let status = text("status").split(separator: "\n")
        func values(_ name: String) -> [Substring] {
            status.first { $0.hasPrefix(name + ":") }?.split(whereSeparator: { $0 == "\t" || $0 == " " }) ?? []
        }
        hostPID = number
        pid = values("NSpid").last.flatMap { Int32($0) } ?? number
        let parents = String(
            decoding: (try? Files.readFile("/proc/\(parent)/status", limit: 1 << 16)) ?? [], as: UTF8.self)
        let line = parents.split(separator: "\n").first { $0.hasPrefix("NSpid:") }?.split(separator: "\t") ?? []
        // The parent of its first process, and of those of exec, is outside.
        self.parent = line.count == values("NSpid").count ? line.last.flatMap { Int32($0) } ?? 0 : 0
        uid = values("Uid").dropFirst().first.flatMap { UInt32($0) } ?? 0
        state = String(fields[0])
        self.terminal = terminal
        time = (user + system) / ticks
        elapsed = uptime - start / ticks
        name = String(whole[whole.index(after: begin)..<end])
        let arguments = text("cmdline").split(separator: "\0").joined(separator: " ")
        command = arguments.isEmpty ? "[\(name)]" : arguments
    }
}
