import ContainerStore
import ContainersConfig
import DockerfileSyntax
import Glibc
import ImageCopy
import LinuxSystem

/// What every command works with: the configuration as it was read once, and the two output streams.
final class Session {
    let environment: ConfigEnvironment
    let global: GlobalFlags
    /// The name the tool was called by: `swiftlet`, or `buildah`, `skopeo`, `podman` through a link.
    let calledAs: String
    /// The whole command line, the name first.
    let commandLine: [String]
    private(set) var entry: UserNamespaceEntry?
    /// Stores that references have named.
    var openedStores: [(place: StoreReference.Place, store: ContainerStore)] = []

    init(environment: ConfigEnvironment, global: GlobalFlags, calledAs: String, commandLine: [String]) {
        self.environment = environment
        self.global = global
        self.calledAs = calledAs
        self.commandLine = commandLine
    }

    /// The process whose network a container shares, once its user namespace has been joined.
    var peer: Int32?
    private var joiner: (uid: UInt32, gid: UInt32)?

    /// Joins the user namespace of another process of the user, who is remembered. No thread may exist yet.
    func joinUserNamespace(of process: Int32) throws {
        if geteuid() != 0 { joiner = (geteuid(), getegid()) }
        try UserNamespace.join(process: process)
    }

    /// Enters the user and mount namespaces that the store needs. No thread may exist yet.
    ///
    /// - Parameter mounts: the command mounts file systems, which must be seen by nobody else.
    @discardableResult
    func enterNamespaces(mounts: Bool) throws -> UserNamespaceEntry {
        if let entry { return entry }
        // Whoever entered before us (`unshare`, Buildah, Podman) says so, and says who it was.
        func inherited(_ name: String) -> UInt32? { environment.value(name).flatMap { UInt32($0) } }
        let entered = try UserNamespace.enterForRootlessStorage(
            inheritedUID: joiner?.uid ?? inherited("_CONTAINERS_ROOTLESS_UID"),
            inheritedGID: joiner?.gid ?? inherited("_CONTAINERS_ROOTLESS_GID"))
        if let warning = entered.warning { printError("Warning: \(warning)") }
        if mounts {
            if entered.kind != .entered { try Mounts.unshareMountNamespace() }
            // What is mounted here is nobody else's to see; nor may Podman's mounts on the store come in between.
            try Mounts.makePrivate("/", recursive: true)
        }
        entry = entered
        return entered
    }

    /// Opens the store that configuration, environment and flags name.
    ///
    /// - Parameters:
    ///   - mounts: as for `enterNamespaces`.
    ///   - chosen: flags in the place of the command line's.
    func openStore(mounts: Bool = false, global chosen: GlobalFlags? = nil) throws -> ContainerStore {
        let global = chosen ?? global
        let entry = try enterNamespaces(mounts: mounts)
        var environment = environment
        environment.uid = entry.rootlessUID
        let config = try StorageConfig.resolve(
            env: environment, rootless: entry.rootlessUID != 0, root: global.root, runroot: global.runRoot,
            driver: global.storageDriver, options: global.storageOptions)
        return try ContainerStore.open(
            config, idMaps: (uid: entry.uidMap, gid: entry.gidMap), rootless: entry.kind != .alreadyRoot)
    }

    /// What configuration and credentials of registries depend on: the user who called, whatever namespace we are in.
    var registryEnvironment: ConfigEnvironment {
        var result = environment
        if let entry { result.uid = entry.rootlessUID }
        return result
    }

    /// containers.conf and its drop-ins.
    func containersConf() throws -> ContainersConf {
        try ContainersConf.load(env: environment)
    }

    /// The proxies of this machine, as the environment names them.
    var proxies: [String: String] {
        environment.environment.filter { PredefinedArguments.proxy.contains($0.key) && !$0.value.isEmpty }
    }

    // MARK: Output

    /// Writes a line to standard output.
    func printLine(_ line: String) {
        write(line + "\n")
    }

    /// Writes text to standard output.
    func write(_ text: String) {
        StandardStream.output.write(text)
    }

    /// Writes bytes to standard output.
    func write(_ bytes: [UInt8]) {
        StandardStream.output.write(bytes)
    }

    /// Writes a message to standard error, cut if a stranger made it endless.
    func printError(_ message: String) {
        StandardStream.error.write(MessageText.shown(message) + "\n")
    }
}

/// Standard output and standard error, unbuffered: what a step prints and what we print must keep their order.
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    /// Writes text. What leads elsewhere than to a terminal gets it as it is; a terminal gets it without the characters
    /// that are commands to it, and so does standard error, which ends on one sooner or later.
    ///
    /// A failure of standard output is reported when the command has ended; the work goes on.
    func write(_ text: String) {
        writeCommands(self == .error || isTerminal ? TerminalText.escaped(text) : text)
    }

    /// Writes bytes as they are, unless this is a terminal: that gets them as text.
    func write(_ bytes: [UInt8]) {
        if isTerminal { write(String(decoding: bytes, as: UTF8.self)) } else { writeUnchanged(bytes) }
    }

    /// Writes text that has commands to the terminal in it, which must be our own.
    func writeCommands(_ text: String) {
        var text = text
        text.withUTF8 { send(UnsafeRawBufferPointer($0)) }
    }

    /// Writes bytes as they are, also to a terminal: for what the user's own programs print.
    func writeUnchanged(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { send($0) }
    }

    private func send(_ bytes: UnsafeRawBufferPointer) {
        var left = bytes
        while !left.isEmpty {
            let count = Glibc.write(rawValue, left.baseAddress, left.count)
            if count < 0, errno == EINTR || errno == EAGAIN {
                // A pipe that some other program has made non-blocking.
                var wait = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
                _ = poll(&wait, 1, -1)
                continue
            }
            guard count > 0 else {
                if self == .output { OutputFailure.note(count < 0 ? errno : EIO) }
                return
            }
            left = UnsafeRawBufferPointer(rebasing: left[count...])
        }
    }

    /// Sends what goes to either stream to a file from now on, also what commands write.
    static func redirectAll(to file: String) throws {
        let opened = try OwnedFD.open(file, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, mode: 0o644)
        for stream in [StandardStream.output, .error] where dup2(opened.raw, stream.rawValue) < 0 {
            throw LinuxError("dup2", file, code: errno)
        }
    }

    var isTerminal: Bool { isatty(rawValue) == 1 }
}
