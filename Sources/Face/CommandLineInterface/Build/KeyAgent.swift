import Glibc
import LinuxSystem
import WorkingContainers

/// An SSH agent with keys from files (`--ssh ID=KEY[,KEY...]`), for the time of a build.
///
/// OpenSSH's `ssh-agent` runs on behalf of a shell that ends with this process, however that ends.
final class KeyAgent {
    /// The path of its socket.
    let socket: String
    private let directory: TemporaryDirectory
    /// The agent ends when the last writer of this pipe has gone.
    private let lifeline: OwnedFD

    /// Starts an agent and adds the keys. Must be called after entering namespaces: it starts a thread.
    init(keys: [String], temporaryDirectory: String) throws {
        directory = try TemporaryDirectory(in: temporaryDirectory, named: "swiftlet-ssh-")
        socket = "\(directory.path)/agent"
        lifeline = try Self.makeLifeline("\(directory.path)/lifeline")
        try Self.start(socket, lifeline: "\(directory.path)/lifeline")
        for key in keys { try Self.add(key, to: socket) }
    }

    private static func makeLifeline(_ path: String) throws -> OwnedFD {
        try Files.makeFifo(at: AT_FDCWD, path, mode: 0o600)
        // Opening for reading as well never blocks.
        return try OwnedFD.open(path, O_RDWR)
    }

    deinit {
        // The agent ends some seconds after the shell below it; its keys go now.
        let environment = ["SSH_AUTH_SOCK=\(socket)", "PATH=/usr/local/bin:/usr/bin:/bin"]
        _ = try? ChildProcess.run(["ssh-add", "-q", "-D"], environment: environment, captureOutput: true)
    }

    private static func start(_ socket: String, lifeline: String) throws {
        let command = ["ssh-agent", "-a", socket, "sh", "-c", "read line <\"$1\"", "sh", lifeline]
        let failure = ErrorBox()
        _ = try PlainThread {
            do {
                let result = try ChildProcess.run(command, captureOutput: true)
                failure.set(CommandError(String(decoding: result.errors, as: UTF8.self)))
            } catch {
                failure.set(error)
            }
        }
        // The socket exists before the shell starts.
        for _ in 0..<500 {
            if Files.exists(socket) { return }
            if let reason = failure.error { throw CommandError("cannot run ssh-agent (openssh-client): \(reason)") }
            usleep(10_000)
        }
        throw CommandError("ssh-agent did not start within five seconds")
    }

    /// The key is passed on standard input: `ssh-add` rejects files that others can read, which is not our concern.
    private static func add(_ key: String, to socket: String) throws {
        let content = try Files.readFile(key, limit: 1 << 20)
        let environment = ["SSH_AUTH_SOCK=\(socket)", "PATH=/usr/local/bin:/usr/bin:/bin"]
        let result = try ChildProcess.run(
            ["ssh-add", "-q", "-"], environment: environment, input: content, captureOutput: true)
        guard result.status == 0 else {
            let reason = String(decoding: result.errors, as: UTF8.self).split(whereSeparator: \.isNewline).first
            throw CommandError("cannot use the SSH key \(key): \(reason ?? "ssh-add failed")")
        }
    }
}
