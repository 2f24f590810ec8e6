import ContainerStore
import LinuxSystem
import Sandbox
import WorkingContainers

/// What the mounts of one RUN hold on to while the command runs: mounts of this process, and locks.
final class StepMounts {
    /// What the command's sandbox is to mount.
    private(set) var mounts: [SandboxMount] = []
    /// `NAME=value`: variables that belong to mounts.
    private(set) var environment: [String] = []
    private var roots: [ReadOnlyRoot] = []
    private var writable: [(staging: StagingLayer, target: String)] = []
    private var locks: [HeldLock] = []

    func add(_ mount: SandboxMount) { mounts.append(mount) }

    func add(variable: String, _ value: String) { environment.append("\(variable)=\(value)") }

    func hold(_ root: ReadOnlyRoot?) {
        if let root { roots.append(root) }
    }

    func hold(_ lock: HeldLock) { locks.append(lock) }

    /// The same files in a directory whose changes nobody else ever sees, and which are gone afterwards.
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

    /// Lets go of everything; the mounts cannot be used any more.
    func close() {
        for (staging, target) in writable {
            try? Mounts.unmount(target, detach: true)
            staging.discard()
        }
        for root in roots { root.close() }
        (writable, roots, locks) = ([], [], [])
    }
}

/// A file lock that is held as long as this value lives.
final class HeldLock {
    private let lock: FileLock

    /// Waits for the lock.
    init(waitingFor path: String) throws {
        lock = try FileLock(opening: path)
        try lock.lockExclusive()
    }

    /// Waits until nobody has the lock for himself, and takes it beside others.
    init(sharing path: String) throws {
        lock = try FileLock(opening: path)
        try lock.lockShared()
    }

    /// Takes the lock if nobody has it; nil where somebody does.
    init?(trying path: String) throws {
        lock = try FileLock(opening: path)
        guard try lock.tryLockExclusive() else { return nil }
    }
}
