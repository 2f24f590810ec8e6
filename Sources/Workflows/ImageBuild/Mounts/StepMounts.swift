import BuildGraph
import ContainerStore
import ImageModel
import LinuxSystem
import Sandbox
import WorkingContainers

/// The resources of one RUN's mounts while the command runs: mounts of this process, and locks.
final class StepMounts {
    /// The mounts for the command's sandbox.
    private(set) var mounts: [SandboxMount] = []
    /// `NAME=value`: variables of the mounts.
    private(set) var environment: [String] = []
    private let workingDirectory: String
    private var roots: [ReadOnlyRoot] = []
    private var writable: [(staging: StagingLayer, target: String)] = []
    private var copies: [StagingLayer] = []
    private var relays: [SocketRelay] = []
    private var locks: [HeldLock] = []

    /// - Parameter workingDirectory: where relative targets start.
    init(workingDirectory: String) {
        self.workingDirectory = workingDirectory
    }

    /// The absolute target of a mount.
    func target(of request: RunMount, default path: String = "") -> String {
        let path = ContainerPath.absolute(request.target ?? path, from: workingDirectory)
        return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    func add(_ mount: SandboxMount) { mounts.append(mount) }

    func add(variable: String, _ value: String) { environment.append("\(variable)=\(value)") }

    func hold(_ root: ReadOnlyRoot?) {
        if let root { roots.append(root) }
    }

    func hold(_ lock: HeldLock) { locks.append(lock) }

    func hold(_ relay: SocketRelay) { relays.append(relay) }

    /// A copy of a single selected file or directory, which is discarded on close.
    func copy(of selection: CopySelection, in store: ContainerStore) throws -> PathHandle {
        let staging = try store.newStagingLayer(parent: nil)
        copies.append(staging)
        var request = CopyStep.Request(sourceCount: 1)
        request.ignoresUnmappedOwners = store.isSingleID
        try CopyStep(request, selection, to: "/content", in: staging.contentDirectory).run()
        return try PathHandle(trusting: "\(staging.contentDirectory)/content")
    }

    /// A view of the directory with private changes, which are discarded on close.
    func writableCopy(of directory: PathHandle, in store: ContainerStore) throws -> PathHandle {
        let staging = try store.newStagingLayer(parent: nil)
        let place = staging.contentDirectory
        for name in ["upper", "work", "merged"] { try Files.makeDirectory("\(place)/\(name)", mode: 0o755) }
        try OverlayMount(
            lower: [], upper: "\(place)/upper", work: "\(place)/work", target: "\(place)/merged",
            workingDirectory: "/", userXattr: store.isRootless, isVolatile: true
        ).mount(over: directory)
        writable.append((staging, "\(place)/merged"))
        return try PathHandle(trusting: "\(place)/merged")
    }

    /// Releases everything; the mounts can no longer be used.
    func close() {
        for (staging, target) in writable {
            try? Mounts.unmount(target, detach: true)
            staging.discard()
        }
        for staging in copies { staging.discard() }
        for relay in relays { relay.close() }
        for root in roots { root.close() }
        (writable, copies, relays, roots, locks) = ([], [], [], [], [])
    }
}

/// A file lock held for the lifetime of this value.
final class HeldLock {
    private let lock: FileLock

    /// Waits for the exclusive lock.
    init(waitingFor path: String) throws {
        lock = try FileLock(opening: path)
        try lock.lockExclusive()
    }

    /// Takes a shared lock, waiting for an exclusive holder.
    init(sharing path: String) throws {
        lock = try FileLock(opening: path)
        try lock.lockShared()
    }

    /// Takes the exclusive lock if it is free; otherwise nil.
    init?(trying path: String) throws {
        lock = try FileLock(opening: path)
        guard try lock.tryLockExclusive() else { return nil }
    }
}
