import ContainersConfig
import Glibc
import LinuxSystem

/// The running container whose network another one shares: `--network container:NAME`.
enum PeerContainer {
    private static let prefix = "container:"

    /// Prepares sharing if the flag requests it: finds the container's process, and without root becomes root of its
    /// user namespace, which joining its network requires. Must be called before the store is opened, while there is
    /// only one thread.
    static func join(_ network: String?, _ session: Session) throws {
        guard let network, network.hasPrefix(prefix) else { return }
        let name = String(network.dropFirst(prefix.count))
        let process = try process(of: name, session)
        try session.joinUserNamespace(of: process)
        session.peer = process
    }

    /// The container's first process. Determined by another swiftlet process, since the store can only be opened inside
    /// the user namespace, which is not determined yet.
    private static func process(of name: String, _ session: Session) throws -> Int32 {
        let command =
            ["/proc/self/exe"] + session.global.storeArguments
            + ["container", "inspect", "--format", "{{.State.Pid}}", "--", name]
        let (status, output, errors) = try ChildProcess.run(command, captureOutput: true)
        let lines = String(decoding: errors, as: UTF8.self).split(separator: "\n")
        guard status == 0 else {
            let reason = lines.last { $0.hasPrefix("Error: ") }.map { String($0.dropFirst("Error: ".count)) }
            throw CommandError(reason ?? "--network container:\(name): the container cannot be inspected")
        }
        let text = String(decoding: output, as: UTF8.self)
        guard let process = Int32(text.filter { !$0.isWhitespace }), process > 0 else {
            throw CommandError("--network container:\(name): the container is not running")
        }
        return process
    }
}
