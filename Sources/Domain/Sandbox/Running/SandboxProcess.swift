import CSandbox
import Glibc

/// A started child, from clone until it has been waited for.
struct SandboxProcess: ~Copyable {
    private var process: sandbox_process
    /// In this process's pid namespace.
    var pid: Int32 { process.pid }
    /// The pidfd, readable once the process has ended.
    var descriptor: Int32 { process.pidfd }
    /// The signal that kills it and everything it has started.
    var killSignal: Int32 { process.kill_signal }

    /// A missing mount point that the child created.
    struct CreatedMountPoint: Sendable, Equatable {
        /// Relative to the root, without symbolic links.
        var path: [UInt8]
        var isDirectory: Bool
        /// The parent directory's modification time before and after.
        var before, after: (seconds: Int64, nanoseconds: Int64)

        static func == (left: CreatedMountPoint, right: CreatedMountPoint) -> Bool {
            left.path == right.path && left.isDirectory == right.isDirectory && left.before == right.before
                && left.after == right.after
        }
    }

    /// Messages from the child before it executes the command.
    enum Message {
        case failed(SandboxError)
        case created(CreatedMountPoint)
        /// The controller of its terminal, to be closed by the receiver.
        case console(Int32)
    }

    init(starting plan: SandboxPlan, namespaces: UInt64) throws(SandboxError) {
        var process = sandbox_process()
        let result = plan.bytes.withUnsafeBytes { sandbox_launch($0.baseAddress, namespaces, &process) }
        guard result == 0 else {
            throw SandboxError(.setup, Self.explanation(errno: -result), errno: -result)
        }
        self.process = process
    }

    deinit {
        close(process.channel)
        close(process.pidfd)
    }

    private static func explanation(errno: Int32) -> String {
        switch errno {
        case EPERM: "make namespaces for the container (this needs root, also inside a user namespace)"
        case ENOSPC: "make namespaces for the container (a limit under /proc/sys/user/ is reached)"
        default: "start the container process"
        }
    }

    /// Lets it continue to the command.
    func release() {
        _ = withUnsafePointer(to: process) { sandbox_release($0) }
    }

    /// The next message; nil once it has executed the command or ended.
    func receive(_ plan: SandboxPlan) -> Message? {
        var message = sandbox_message()
        while withUnsafePointer(to: process, { sandbox_receive($0, &message) }) == 1 {
            switch message.kind {
            case SANDBOX_FAILED.rawValue:
                let index = Int(message.operation)
                let purpose = plan.purposes.indices.contains(index) ? plan.purposes[index] : .step("unknown step")
                return .failed(purpose.failure(errno: message.error, detail: message.detail))
            case SANDBOX_CREATED.rawValue:
                return .created(Self.mountPoint(message))
            case SANDBOX_CONSOLE_OPENED.rawValue where message.descriptor >= 0:
                return .console(message.descriptor)
            default:
                continue
            }
        }
        return nil
    }

    private static func mountPoint(_ message: sandbox_message) -> CreatedMountPoint {
        let path = withUnsafeBytes(of: message.text) { bytes in Array(bytes.prefix { $0 != 0 }) }
        return CreatedMountPoint(
            path: path, isDirectory: message.detail == 1,
            before: (message.before_seconds, message.before_nanoseconds),
            after: (message.after_seconds, message.after_nanoseconds))
    }

    func kill() {
        _ = withUnsafePointer(to: process) { sandbox_signal($0, $0.pointee.kill_signal) }
    }

    /// Waits until it and everything in its pid namespace has ended.
    func wait() throws(SandboxError) -> ExitStatus {
        var exited: Int32 = 0
        var status: Int32 = 0
        let result = withUnsafePointer(to: process) { sandbox_wait($0, &exited, &status) }
        guard result == 0 else { throw SandboxError(.setup, "wait for the container process", errno: -result) }
        return exited != 0 ? .exited(status) : .signalled(status)
    }
}
