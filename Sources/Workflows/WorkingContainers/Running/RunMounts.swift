package import ContainerStore
import ContentDigest
import Glibc
import LinuxSystem
package import Sandbox

/// Makes the mounts that a `run` asks for, and undoes what they need when the run has ended.
package final class RunMounts {
    private let store: ContainerStore
    private let container: ContainerRecord
    /// Gives the uppermost layer of an image by name.
    private let imageLayer: (String) throws -> String?
    private var roots: [ReadOnlyRoot] = []
    private var overlays: [String] = []
    private var locks: [HeldLock] = []

    private final class HeldLock {
        let lock: FileLock
        init(_ lock: consuming FileLock) { self.lock = lock }
    }

    /// The process must have a mount namespace of its own.
    package init(
        _ container: WorkingContainer, in store: ContainerStore, imageLayer: @escaping (String) throws -> String?
    ) {
        self.store = store
        self.container = container.record
        self.imageLayer = imageLayer
    }

    /// The sandbox's mounts, those nearer to the root first.
    ///
    /// - Parameters:
    ///   - files: the container's root, mounted.
    ///   - user: who runs the command, for mounts that change owner.
    ///   - volumes: paths that the image keeps out of its layers. They hold what the image has there at first, and what
    ///     runs have changed since.
    package func prepare(
        _ requests: [MountRequest], volumes: [String], in files: String, user: String
    ) throws -> [SandboxMount] {
        var seen: Set<String> = []
        for request in requests where !seen.insert(ContainerPath.absolute(request.destination, from: "/")).inserted {
            throw WorkingContainerError(.invalid, "\(request.destination): duplicate mount destination")
        }
        var mounts: [SandboxMount] = []
        for volume in volumes.sorted() where !seen.contains(ContainerPath.absolute(volume, from: "/")) {
            mounts.append(try self.volume(volume, in: files))
        }
        for request in requests { mounts.append(try mount(request, in: files, user: user)) }
        func depth(_ mount: SandboxMount) -> Int { mount.destination.split(separator: "/").count }
        return mounts.enumerated().sorted { (depth($0.element), $0.offset) < (depth($1.element), $1.offset) }
            .map(\.element)
    }

    /// Undoes what `prepare` did.
    package func close() {
        for root in roots { root.close() }
        for overlay in overlays {
            try? Mounts.unmount("\(overlay)/merge", detach: true)
            try? Files.removeTree(overlay)
        }
        locks = []
    }

    // MARK: Kinds

    private func mount(_ request: MountRequest, in files: String, user: String) throws -> SandboxMount {
        var source = ""
        var options = request.options
        switch request.source {
        case .host(let path):
            source = path
            if request.changesOwner { try changeOwner(of: path, to: user, in: files) }
        case .overlay(let lower, let upper, let work):
            if request.changesOwner { try changeOwner(of: lower, to: user, in: files) }
            source = try overlay(lower, upper: upper, work: work)
        case .files(let name, let path): source = try self.files(of: name, path: path)
        case .memory(let copiesUp):
            guard copiesUp else {
                return try SandboxMount(
                    type: "tmpfs", source: "tmpfs", destination: request.destination, options: request.options)
            }
            let data = options.filter { $0.hasPrefix("size=") || $0.hasPrefix("mode=") }
            options.removeAll(where: data.contains)
            source = try copyUp(request.destination, data, in: files)
        case .cache(let cache): source = try directory(of: cache)
        }
        return try SandboxMount(
            type: "bind", source: source, destination: request.destination, options: options)
    }

    /// A place of this container's own, removed in the end.
    private func makePlace() throws -> String {
        let place = "\(try store.containerDirectory(container.id))/overlay.\(RandomBytes.hex(8))"
        try Files.makeDirectory(place, mode: 0o700)
        overlays.append(place)
        try Files.makeDirectory("\(place)/merge", mode: 0o700)
        return place
    }

    private func overlay(_ lower: String, upper: String?, work: String?) throws -> String {
        let place = try makePlace()
        if upper == nil {
            let status = try Files.status(lower)
            try Files.makeDirectory("\(place)/upper", mode: 0o700)
            try Files.changeOwner(at: AT_FDCWD, "\(place)/upper", uid: status.uid, gid: status.gid)
            try Files.changeMode(at: AT_FDCWD, "\(place)/upper", mode: status.permissions)
        }
        if work == nil { try Files.makeDirectory("\(place)/work", mode: 0o700) }
        let mount = OverlayMount(
            lower: [lower], upper: upper ?? "\(place)/upper", work: work ?? "\(place)/work", target: "\(place)/merge",
            workingDirectory: place, userXattr: store.isRootless, isVolatile: upper == nil)
        try mount.mount()
        return mount.target
    }

    private func files(of name: String, path: String) throws -> String {
        let layer = try store.container(name)?.layer ?? imageLayer(name)
        let root = try ReadOnlyRoot(of: layer, in: store)
        roots.append(root)
        return try Self.resolved(path, in: root.path)
    }

    /// The memory file system outside of the sandbox, filled with what lies at its place.
    private func copyUp(_ destination: String, _ data: [String], in files: String) throws -> String {
        let place = try makePlace()
        try Mounts.mount(
            source: "tmpfs", target: "\(place)/merge", type: "tmpfs", flags: 0, data: data.joined(separator: ","))
        let target = "\(place)/merge/content"
        if let from = try? Self.resolved(destination, in: files), try Files.status(from).kind == .directory {
            try TreeCopy(from: from, to: target).run()
        } else {
            try Files.makeDirectory(target, mode: 0o755)
        }
        return target
    }

    private func directory(of cache: MountRequest.Cache) throws -> String {
        // Where builds keep theirs.
        let caches = "\(store.layout.ownRoom)/cache-mounts"
        try Files.makeDirectories(caches, mode: 0o700)
        let use = try FileLock(opening: store.layout.cacheMountsLock)
        try use.lockShared()
        locks.append(HeldLock(use))
        let directory = "\(caches)/\(Digest.sha256(of: Array(cache.id.utf8)).hex.prefix(32))"
        if !Files.exists(directory) {
            // Filled aside: another run may make it at the same time.
            let fresh = "\(directory).\(RandomBytes.hex(8))"
            try Files.makeDirectory(fresh, mode: 0o700)
            try Files.changeOwner(at: AT_FDCWD, fresh, uid: cache.uid, gid: cache.gid)
            try Files.changeMode(at: AT_FDCWD, fresh, mode: cache.mode)
            do {
                try Files.renameNew(fresh, directory)
            } catch {
                try Files.removeTree(fresh)
                guard Files.exists(directory) else { throw error }
            }
        }
        if cache.isLocked {
            let lock = try FileLock(opening: "\(directory).lock")
            try lock.lockExclusive()
            locks.append(HeldLock(lock))
        }
        return directory
    }

    private func volume(_ path: String, in files: String) throws -> SandboxMount {
        let volumes = "\(try store.containerDirectory(container.id))/buildah-volumes"
        try Files.makeDirectories(volumes, mode: 0o711)
        let directory = "\(volumes)/\(Digest.sha256(of: Array(path.utf8)).hex)"
        if !Files.exists(directory) {
            let fresh = "\(directory).\(RandomBytes.hex(8))"
            if let from = try? Self.resolved(path, in: files), try Files.status(from).kind == .directory {
                try TreeCopy(from: from, to: fresh).run()
            } else {
                try Files.makeDirectory(fresh, mode: 0o755)
            }
            try Files.rename(fresh, directory)
        }
        return SandboxMount.bind(directory, at: path)
    }

    // MARK: Paths

    /// The host's path of a file in a root, whatever links lie on the way there.
    private static func resolved(_ path: String, in root: String) throws -> String {
        let file = try RootedDirectory(opening: root).open(path, OpenFlags.path)
        return String(decoding: try Files.readSymlink("/proc/self/fd/\(file.raw)"), as: UTF8.self)
    }

    private func changeOwner(of path: String, to user: String, in files: String) throws {
        let reader = try RootFileReader(files)
        let account = try ImageUsers { try reader.read($0) }.resolve(user)
        try Files.changeOwner(at: AT_FDCWD, path, uid: account.uid, gid: account.gid)
        guard try Files.status(path).kind == .directory else { return }
        try changeOwner(below: try OwnedFD.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), account.uid, account.gid)
    }

    private func changeOwner(below directory: borrowing OwnedFD, _ uid: UInt32, _ gid: UInt32) throws {
        for entry in try Files.entries(of: directory) {
            try Files.changeOwner(at: directory.raw, entry.name, uid: uid, gid: gid)
            guard try Files.status(at: directory.raw, entry.name).kind == .directory else { continue }
            let below = try OwnedFD.open(at: directory.raw, entry.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
            try changeOwner(below: below, uid, gid)
        }
    }
}
