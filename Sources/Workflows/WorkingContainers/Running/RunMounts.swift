package import ContainerStore
import ContentDigest
import Glibc
import ImageModel
import LinuxSystem
package import Sandbox

/// Prepares the mounts of a `run`, and cleans up after it.
package final class RunMounts {
    private let store: ContainerStore
    private let container: ContainerRecord
    /// Returns the top layer of an image by name.
    private let imageLayer: (String) throws -> String?
    private var roots: [ReadOnlyRoot] = []
    private var overlays: [String] = []
    private var locks: [HeldLock] = []

    private final class HeldLock {
        let lock: FileLock
        init(_ lock: consuming FileLock) { self.lock = lock }
    }

    /// The process must have its own mount namespace.
    package init(
        _ container: WorkingContainer, in store: ContainerStore, imageLayer: @escaping (String) throws -> String?
    ) {
        self.store = store
        self.container = container.record
        self.imageLayer = imageLayer
    }

    /// The sandbox's mounts, outer ones first.
    ///
    /// - Parameters:
    ///   - files: the container's mounted root.
    ///   - user: the user of the command, for mounts that change owner.
    ///   - volumes: the image's volumes, which are not in its layers. They contain the image's initial content and the
    ///     changes of previous runs.
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

    /// Reverts `prepare`.
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
        let source: PathHandle
        var name = request.destination
        var options = request.options
        switch request.source {
        case .host(let file):
            source = try file.handle()
            name = file.path
            if request.changesOwner { try changeOwner(of: source, to: user, in: files) }
        case .overlay(let file, let upper, let work):
            let lower = try file.handle()
            name = file.path
            if request.changesOwner { try changeOwner(of: lower, to: user, in: files) }
            source = try overlay(lower, upper: upper, work: work)
        case .files(let origin, let path):
            source = try self.files(of: origin, path: path)
            name = "\(origin):\(path)"
        case .memory(let copiesUp):
            guard copiesUp else {
                return try SandboxMount(
                    type: "tmpfs", source: "tmpfs", destination: request.destination, options: request.options)
            }
            let data = options.filter { $0.hasPrefix("size=") || $0.hasPrefix("mode=") }
            options.removeAll(where: data.contains)
            source = try copyUp(request.destination, data, in: files)
        case .cache(let cache):
            source = try directory(of: cache)
            name = "cache \(cache.id)"
        }
        return try SandboxMount(source, as: name, at: request.destination, options: options)
    }

    /// A directory for this container only, removed in the end.
    private func makePlace() throws -> String {
        let place = "\(try store.containerDirectory(container.id))/overlay.\(RandomBytes.hex(8))"
        try Files.makeDirectory(place, mode: 0o700)
        overlays.append(place)
        try Files.makeDirectory("\(place)/merge", mode: 0o700)
        return place
    }

    private func overlay(_ lower: PathHandle, upper: String?, work: String?) throws -> PathHandle {
        let place = try makePlace()
        let status = try lower.status()
        guard status.kind == .directory else { return try copy(of: lower, in: place) }
        if upper == nil {
            try Files.makeDirectory("\(place)/upper", mode: 0o700)
            try Files.changeOwner(at: AT_FDCWD, "\(place)/upper", uid: status.uid, gid: status.gid)
            try Files.changeMode(at: AT_FDCWD, "\(place)/upper", mode: status.permissions)
        }
        if work == nil { try Files.makeDirectory("\(place)/work", mode: 0o700) }
        let mount = OverlayMount(
            lower: [], upper: upper ?? "\(place)/upper", work: work ?? "\(place)/work", target: "\(place)/merge",
            workingDirectory: place, userXattr: store.isRootless, isVolatile: upper == nil)
        try mount.mount(over: lower)
        return try PathHandle(trusting: mount.target)
    }

    /// A copy of a file, for what an overlay does with directories.
    private func copy(of file: PathHandle, in place: String) throws -> PathHandle {
        let status = try file.status()
        guard status.kind == .regular else {
            throw WorkingContainerError(
                .unsupported, "only files and directories can be mounted with discarded changes")
        }
        let target = "\(place)/file"
        try Files.replaceFile(
            target, with: file.readFile(limit: 64 << 20), mode: status.permissions, synchronize: false)
        try Files.changeOwner(at: AT_FDCWD, target, uid: status.uid, gid: status.gid)
        return try PathHandle(trusting: target)
    }

    private func files(of name: String, path: String) throws -> PathHandle {
        let layer = try store.containerRatherThanImage(name)?.layer ?? imageLayer(name)
        let root = try ReadOnlyRoot(of: layer, in: store)
        roots.append(root)
        return try RootedDirectory(opening: root.path).handle(at: path)
    }

    /// The tmpfs outside the sandbox, with a copy of the content at its mount point.
    private func copyUp(_ destination: String, _ data: [String], in files: String) throws -> PathHandle {
        // The options are joined here: each must be a single option.
        _ = try SandboxMount(type: "tmpfs", source: "tmpfs", destination: destination, options: data)
        let place = try makePlace()
        try Mounts.mount(
            source: "tmpfs", target: "\(place)/merge", type: "tmpfs", flags: 0, data: data.joined(separator: ","))
        let target = "\(place)/merge/content"
        try copy(destination, in: files, to: target)
        return try PathHandle(trusting: target)
    }

    private func directory(of cache: MountRequest.Cache) throws -> PathHandle {
        // The same directory as for builds.
        let caches = "\(store.layout.ownRoom)/cache-mounts"
        try Files.makeDirectories(caches, mode: 0o700)
        let use = try FileLock(opening: store.layout.cacheMountsLock)
        try use.lockShared()
        locks.append(HeldLock(use))
        let directory = "\(caches)/\(Digest.sha256(of: Array(cache.id.utf8)).hex.prefix(32))"
        // A build without a cache deletes only what nobody is using.
        let users = try FileLock(opening: "\(directory).users.lock")
        try users.lockShared()
        locks.append(HeldLock(users))
        if !Files.exists(directory) {
            // Filled under a temporary name: another run may be creating it at the same time.
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
        return try PathHandle(trusting: directory)
    }

    private func volume(_ path: String, in files: String) throws -> SandboxMount {
        let volumes = "\(try store.containerDirectory(container.id))/buildah-volumes"
        try Files.makeDirectories(volumes, mode: 0o711)
        let directory = "\(volumes)/\(Digest.sha256(of: Array(path.utf8)).hex)"
        if !Files.exists(directory) {
            let fresh = "\(directory).\(RandomBytes.hex(8))"
            try copy(path, in: files, to: fresh)
            try Files.rename(fresh, directory)
        }
        return SandboxMount.bind(try PathHandle(trusting: directory), as: "volume \(path)", at: path)
    }

    // MARK: Paths

    /// Creates a copy of a directory of a root; empty if that does not exist.
    private func copy(_ path: String, in root: String, to target: String) throws {
        if let from = try? RootedDirectory(opening: root).handle(at: path), try from.status().kind == .directory {
            try TreeCopy(from: from.rootedDirectory(), to: target).run()
        } else {
            try Files.makeDirectory(target, mode: 0o755)
        }
    }

    private func changeOwner(of place: PathHandle, to user: String, in files: String) throws {
        let reader = try RootFileReader(files)
        let account = try ImageUsers { try reader.read($0) }.resolve(user)
        try Files.changeOwner(fd: place.fd, uid: account.uid, gid: account.gid)
        guard try place.status().kind == .directory else { return }
        try changeOwner(below: try place.openDirectory(), account.uid, account.gid)
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
