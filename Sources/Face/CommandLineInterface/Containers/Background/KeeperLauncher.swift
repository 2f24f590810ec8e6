import ContainerStore
import ContainersConfig
import Glibc
import LinuxSystem

/// Starts this program again in the background, to keep a container or to run a command in one, and waits until that runs.
enum KeeperLauncher {
    /// The first argument of such a process, which no user types.
    static let argument = "__keep"

    /// Why the background process could not start its command.
    struct Failure: Error, CustomStringConvertible {
        let exitCode: Int32
        let description: String
    }

    /// Starts the keeper of a container. The caller is in the namespaces of the store.
    ///
    /// - Throws: ``Failure`` when the container's command could not be started.
    static func launch(_ id: String, _ session: Session) throws {
        let global = session.global
        let words = global.storeArguments + global.processArguments + ["container", "start", id]
        var environment = session.environment.environment
        if let entry = session.entry, entry.kind != .alreadyRoot {
            environment["_CONTAINERS_USERNS_CONFIGURED"] = "done"
            environment["_CONTAINERS_ROOTLESS_UID"] = "\(entry.rootlessUID)"
            environment["_CONTAINERS_ROOTLESS_GID"] = "\(entry.rootlessGID)"
        }
        try launch(words, environment, session)
    }

    /// Starts this program with these arguments in the background, and waits for its report.
    static func launch(_ words: [String], _ environment: [String: String], _ session: Session) throws {
        let (reader, writer) = try Pipe().split()
        let null = try OwnedFD.open("/dev/null", O_RDONLY)
        try DetachedProcess.start(
            "/proc/self/exe", [session.calledAs, argument] + words,
            environment: environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" },
            streams: (null.raw, writer, -1))
        _ = Glibc.close(writer)
        let report = OwnedFD(adopting: reader)
        let text = String(decoding: try report.readAll(limit: 1 << 16), as: UTF8.self)
        if text.hasPrefix(KeeperReport.started) { return }
        let parts = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let code = Int32(parts[0]) else {
            throw CommandError("the background process of the container was killed before the container ran")
        }
        throw Failure(exitCode: code, description: String(parts[1]))
    }
}

/// What a background process tells the one that started it, on standard output.
enum KeeperReport {
    static let started = "started\n"

    /// Reports that the command runs. From then on, the process has no streams of its caller.
    static func succeed() {
        StandardStream.output.writeUnchanged(Array(started.utf8))
        for stream in [STDOUT_FILENO, STDERR_FILENO] { DetachedProcess.discard(stream: stream) }
    }

    /// Reports why it does not.
    static func fail(_ code: Int32, _ message: String) {
        StandardStream.output.writeUnchanged(Array("\(code)\n\(message)".utf8))
    }
}
