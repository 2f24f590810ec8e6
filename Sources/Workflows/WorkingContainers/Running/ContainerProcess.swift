import ImageModel
import LinuxSystem
package import Sandbox

/// A command in a container's root file system: combines an image's configuration and the caller's settings into a
/// sandbox.
package struct ContainerProcess: Sendable {
    /// The command and its arguments.
    package var arguments: [String]
    /// `NAME=value`; later ones win.
    package var environment: [String] = []
    /// `NAME=value` for names missing in `environment`: the host's proxies, the configuration's variables.
    package var defaultEnvironment: [String] = []
    /// A path inside the container; relative paths start at `/`.
    package var workingDirectory = ""
    package var whenDirectoryIsMissing = WorkingDirectory.WhenMissing.make
    /// `user[:group]`, as names of the image or numbers; empty for root.
    package var user = ""
    /// Additional groups, as names of the image or numbers.
    package var additionalGroups: [String] = []
    /// Whether a user given as a number gets an entry in the root's account files, as with Podman.
    package var addsAccount = false
    package var hostname: String
    /// Whether the container gets `/run/.containerenv` even if its root has no `/run`.
    package var requiresRunDirectory = true
    package var mounts: [SandboxMount] = []
    package var confinement = StepConfinement()
    package var stdio = StandardStreams()
    package var readOnlyRoot = false
    package var noPivot = false
    package var useInit = false
    package var terminal: TerminalRequest?
    package var isolation = SandboxIsolation.builtIn
    package var signals = SignalPolicy.forward
    /// Ends the command before its time; nil if nobody does.
    package var cancellation: RunCancellation?
    /// Whether the user namespace has a single id: then every user is this one, and changing owners has no effect, as for
    /// the owners in images.
    package var hasSingleID = false

    /// See `SandboxSpec`.
    package var started: (@Sendable () -> Void)?
    package var consoleReceiver: (@Sendable (Int32) -> Void)?

    /// The content of `/run/.containerenv`.
    package var description = ""

    package init(arguments: [String], hostname: String) {
        self.arguments = arguments
        self.hostname = hostname
    }

    /// Runs the command and waits for it.
    ///
    /// - Parameters:
    ///   - files: the mounted root file system.
    ///   - hostFiles: provides `/etc/hosts` and the like.
    ///   - caches: a directory for compiled seccomp filters.
    ///   - prepare: called with the process's id before its command starts.
    package func run(
        in files: String, hostFiles: HostFiles, caches: String, prepare: ((Int32) throws -> Void)? = nil
    ) throws -> ExitStatus {
        var process = self
        if isolation == .chroot { process.confinement.shareHost() }
        if confinement.namespaces.uts == .host { process.hostname = HostName.current }
        return try hostFiles.network.run(process) { process, connection in
            try process.runNamed(in: files, hostFiles, connection, caches, prepare)
        }
    }

    private func runNamed(
        in files: String, _ hostFiles: HostFiles, _ connection: NetworkConnection?, _ caches: String,
        _ prepare: ((Int32) throws -> Void)?
    ) throws -> ExitStatus {
        let reader = try RootFileReader(files)
        let users = ImageUsers { try reader.read($0) }
        var account = try users.resolve(user)
        if addsAccount {
            try AccountEntries.add(user, of: account, home: workingDirectory, unlessMounted: mounts, in: files)
        }
        var groups = try account.additionalGIDs + additionalGroups.map { try users.groupID($0) }
        if hasSingleID { (account.uid, account.gid, groups) = (0, 0, []) }
        var spec = SandboxSpec(
            rootfs: .directory(files), args: arguments, environment: completeEnvironment(home: account.home))
        spec.workingDirectory = ContainerPath.absolute(workingDirectory, from: "/")
        if case .make = whenDirectoryIsMissing { spec.createsWorkingDirectory = true }
        spec.user = ProcessUser(
            uid: account.uid, gid: account.gid,
            // Includes the primary group, so that a set-group-id file cannot remove it.
            additionalGIDs: [account.gid] + groups.filter { $0 != account.gid },
            umask: confinement.umask)
        spec.hostname = hostname
        let imageHosts = confinement.baseHostsFile == "image" ? try reader.read("/etc/hosts") ?? [] : []
        let place = try hostFiles.newPlace()
        spec.network = confinement.network
        try confinement.apply(to: &spec)
        if hasSingleID, spec.seccomp == .standard { spec.seccomp = .standardWithoutOwners }
        spec.stdio = stdio
        spec.readOnlyRoot = readOnlyRoot
        spec.noPivot = noPivot
        spec.useInit = useInit
        spec.terminal = terminal
        spec.signals = signals
        spec.cancellation = cancellation
        (spec.started, spec.consoleReceiver) = (started, consoleReceiver)
        let copies = try hostFiles.copies(confinement.copiedMounts, in: place, besides: Set(mounts.map(\.destination)))
        let requested = try mounts.map { mount in
            mount.copiesUp ? try CopiedMemory.prepare(mount, in: files, at: hostFiles.newPlace()) : mount
        }
        spec.mounts =
            try hostFiles.mounts(for: self, in: place, imageHosts: imageHosts) + copies + confinement.deviceMounts
            + requested
        if !requiresRunDirectory, (try? RootedDirectory(opening: files).handle(at: "run")) == nil {
            spec.mounts.removeAll { $0.destination == "/run/.containerenv" }
        }
        try WorkingDirectory.prepare(
            spec.workingDirectory, whenMissing: whenDirectoryIsMissing, mounts: spec.mounts, in: files,
            uid: account.uid, gid: account.gid)
        guard !confinement.controls.isEmpty else { return try start(spec, connection, caches, prepare) }
        let group = try ControlGroup(confinement.controls)
        return try start(spec, connection, caches) { process in
            try group.take(process)
            try prepare?(process)
        }
    }

    /// The default search path.
    package static let searchPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    private func start(
        _ spec: SandboxSpec, _ connection: NetworkConnection?, _ caches: String, _ prepare: ((Int32) throws -> Void)?
    ) throws -> ExitStatus {
        guard let connection else {
            return try Sandbox.run(spec, isolation: isolation, cacheDirectory: caches, prepare: prepare)
        }
        return try Sandbox.run(spec, in: connection, isolation: isolation, cacheDirectory: caches, prepare: prepare)
    }

    /// Each name once, so that programs agree whether they look up the first or the last entry of a name.
    func completeEnvironment(home: String) -> [String] {
        var list = EnvironmentList(environment + confinement.deviceEnvironment)
        for entry in EnvironmentList(defaultEnvironment).entries { list.setDefault(entry) }
        list.setDefault(ContainerProcess.searchPath)
        list.setDefault("HOME=\(home)")
        list.setDefault("HOSTNAME=\(hostname)")
        if terminal != nil { list.setDefault("TERM=xterm") }
        return list.entries
    }
}
