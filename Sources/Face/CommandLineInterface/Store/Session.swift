import CommandLineGrammar
import ContainerStore
import ContainersConfig
import DockerfileSyntax
import Glibc
import ImageCopy
import LinuxSystem

/// The context of every command: the configuration, which is read once, and the two output streams.
final class Session {
    private(set) var environment: ConfigEnvironment
    let global: GlobalFlags
    /// The name by which the tool was called: `swiftlet`, or `buildah`, `skopeo`, `podman` through a link.
    let calledAs: String
    /// The whole command line, starting with the name.
    let commandLine: [String]
    private(set) var entry: UserNamespaceEntry?
    /// Stores opened through references.
    var openedStores: [(place: StoreReference.Place, store: ContainerStore)] = []

    init(environment: ConfigEnvironment, global: GlobalFlags, calledAs: String, commandLine: [String]) {
        self.environment = environment
        self.global = global
        self.calledAs = calledAs
        self.commandLine = commandLine
    }

    /// Whether this process runs in the background on behalf of another one of this tool.
    var isKeeper = false
    /// The process whose network a container shares, after joining its user namespace.
    var peer: Int32?
    private var joiner: (uid: UInt32, gid: UInt32)?

    /// Joins the user namespace of another process of the user, and remembers the user. Must be called before threads
    /// are started.
    func joinUserNamespace(of process: Int32) throws {
        if geteuid() != 0 { joiner = (geteuid(), getegid()) }
        try UserNamespace.join(process: process)
    }

    /// Enters the user and mount namespaces that the store needs. Must be called before threads are started.
    ///
    /// - Parameter mounts: whether the command mounts file systems, which must not be visible to others.
    @discardableResult
    func enterNamespaces(mounts: Bool) throws -> UserNamespaceEntry {
        if let entry { return entry }
        // Tools that entered one before (`unshare`, Buildah, Podman) pass on the user's ids.
        func inherited(_ name: String) -> UInt32? { environment.value(name).flatMap { UInt32($0) } }
        let entered = try UserNamespace.enterForRootlessStorage(
            inheritedUID: joiner?.uid ?? inherited("_CONTAINERS_ROOTLESS_UID"),
            inheritedGID: joiner?.gid ?? inherited("_CONTAINERS_ROOTLESS_GID"))
        if let warning = entered.warning { printError("Warning: \(warning)") }
        if mounts {
            if entered.kind != .entered { try Mounts.unshareMountNamespace() }
            // Our mounts must not be visible to others; nor must Podman's mounts on the store appear meanwhile.
            try Mounts.makePrivate("/", recursive: true)
        }
        entry = entered
        return entered
    }

    /// Opens the store specified by the configuration, the environment and flags.
    ///
    /// - Parameters:
    ///   - mounts: see `enterNamespaces`.
    ///   - chosen: flags that replace those of the command line.
    func openStore(mounts: Bool = false, global chosen: GlobalFlags? = nil) throws -> ContainerStore {
        let global = chosen ?? global
        let entry = try enterNamespaces(mounts: mounts)
        var environment = environment
        environment.uid = entry.rootlessUID
        let config = try StorageConfig.resolve(
            env: environment, rootless: entry.rootlessUID != 0, root: global.root, runroot: global.runRoot,
            driver: global.storageDriver, options: global.storageOptions, isTransient: global.isTransient)
        return try ContainerStore.open(
            config, idMaps: (uid: entry.uidMap, gid: entry.gidMap), rootless: entry.kind != .alreadyRoot,
            shortNames: ShortNameLookup(environment).candidates)
    }

    /// The environment for the configuration and credentials of registries: that of the calling user, in whatever
    /// namespace.
    var registryEnvironment: ConfigEnvironment {
        var result = environment
        if let entry { result.uid = entry.rootlessUID }
        return result
    }

    private var loadedContainersConf: ContainersConf?

    /// containers.conf and its drop-ins.
    func containersConf() throws -> ContainersConf {
        if let loadedContainersConf { return loadedContainersConf }
        var conf = try ContainersConf.load(env: environment)
        conf.defaultMounts = try DefaultMounts.load(env: environment, named: global.defaultMountsFile)
        loadedContainersConf = conf
        return conf
    }

    /// Adds the variables in `env` of containers.conf that are not set, for this process and those it starts.
    func applyEngineEnvironment() throws {
        for text in try ContainersConf.engineEnvironment(env: environment) {
            let (name, value) = KeyValueFlag.split(text)
            guard let value, !name.isEmpty else {
                throw CommandError("containers.conf: engine.env: \(text.goQuoted) is not of the form NAME=VALUE")
            }
            guard environment.environment[name] == nil else { continue }
            environment.environment[name] = value
            setenv(name, value, 0)
        }
    }

    /// The proxies specified in the environment.
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

    /// Writes a message to standard error; see `LogLine`.
    func log(_ level: LogLine.Level, _ message: String, _ fields: [(key: String, value: String)] = []) {
        LogLine.write(level, message, fields, calledAs: calledAs)
    }

    /// Writes a message to standard error, truncated if it is too long.
    func printError(_ message: String) {
        StandardStream.error.write(MessageText.shown(message) + "\n")
    }
}

/// Standard output and standard error, unbuffered: the output of steps and our own must keep their order.
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    /// Writes text. A terminal gets it without control characters, and so does standard error, which ends up on one
    /// sooner or later; any other destination gets it unchanged.
    ///
    /// A failure to write standard output is reported after the command has ended; the work continues.
    func write(_ text: String) {
        writeCommands(self == .error || isTerminal ? TerminalText.escaped(text) : text)
    }

    /// Writes bytes unchanged, except to a terminal, which gets them as text.
    func write(_ bytes: [UInt8]) {
        if isTerminal { write(String(decoding: bytes, as: UTF8.self)) } else { writeUnchanged(bytes) }
    }

    /// Writes text with terminal control sequences, which must be our own.
    func writeCommands(_ text: String) {
        var text = text
        text.withUTF8 { send(UnsafeRawBufferPointer($0)) }
    }

    /// Writes bytes unchanged, even to a terminal: for output of the user's own programs.
    func writeUnchanged(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { send($0) }
    }

    private func send(_ bytes: UnsafeRawBufferPointer) {
        var left = bytes
        while !left.isEmpty {
            let count = Glibc.write(rawValue, left.baseAddress, left.count)
            if count < 0, errno == EINTR || errno == EAGAIN {
                // Some other program has made the pipe non-blocking.
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

    /// Redirects both streams to a file, including the output of child processes.
    static func redirectAll(to file: String) throws {
        let opened = try OwnedFD.open(file, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, mode: 0o644)
        for stream in [StandardStream.output, .error] where dup2(opened.raw, stream.rawValue) < 0 {
            throw LinuxError("dup2", file, code: errno)
        }
    }

    var isTerminal: Bool { isatty(rawValue) == 1 }
}
