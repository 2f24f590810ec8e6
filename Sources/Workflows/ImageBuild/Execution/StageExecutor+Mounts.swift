import BuildGraph
import CacheTransfer
import ContainerStore
import ContentDigest
import DockerfileSyntax
import Glibc
import LinuxSystem
import Sandbox
import WorkingContainers

extension StageExecutor {
    /// Adds digests of the bind-mounted files, on which its result may depend, to a step's key. The content of caches and
    /// secrets never counts.
    func addContents(of requests: [RunMount], to key: inout CacheKey) throws {
        for request in requests where request.kind == .bind {
            let origin = try self.origin(request.origin)
            defer { origin.close() }
            guard let selection = try selection(of: request, from: origin) else { continue }
            key.add("content", try selection.digest(includesOwners: origin.keepsOwners).description)
        }
    }

    /// The files of a mount's source that its ignore file does not hide; nil without a context.
    private func selection(of request: RunMount, from origin: Origin) throws -> CopySelection? {
        guard let directory = origin.directory else { return nil }
        let source = request.source.isEmpty ? "." : request.source
        return try BuildContext.select(
            [source], from: directory, ignored: origin.ignored, excluding: [], ignoreFile: origin.ignoreFile)
    }

    /// Prepares the mounts; the caller closes them after the command has ended.
    func prepare(_ run: RunOperation, _ hostFiles: HostFiles) throws -> StepMounts {
        let mounts = StepMounts(workingDirectory: run.workingDirectory)
        do {
            try lockCaches(of: run, mounts)
            for (index, request) in run.mounts.enumerated() {
                switch request.kind {
                case .bind: try bind(request, to: mounts)
                case .cache: try mountCache(request, to: mounts)
                case .tmpfs:
                    mounts.add(
                        try SandboxMount(
                            type: "tmpfs", source: "tmpfs", destination: mounts.target(of: request),
                            options: request.options + (request.isWritable == false ? ["ro"] : [])))
                case .secret: try mountSecret(request, hostFiles, to: mounts)
                case .ssh: try mountAgent(request, index, hostFiles, to: mounts)
                }
            }
        } catch {
            mounts.close()
            throw error
        }
        return mounts
    }

    // MARK: Files

    private func bind(_ request: RunMount, to mounts: StepMounts) throws {
        let origin = try origin(request.origin)
        mounts.hold(origin.mounted)
        guard let directory = origin.directory else {
            throw BuildError(.notFound, "there is no build context to mount")
        }
        var source = try handle(of: request.source, below: directory.handle)
        if origin.ignored?.isEmpty == false, let selection = try selection(of: request, from: origin),
            selection.isFiltered
        {
            source = try mounts.copy(of: selection, in: session.store)
        }
        if request.isWritable == true {
            // Never changes the source's files: what the command writes is discarded when it ends.
            if try source.status().kind == .directory {
                source = try mounts.writableCopy(of: source, in: session.store)
            } else if let selection = try selection(of: request, from: origin) {
                source = try mounts.copy(of: selection, in: session.store)
            }
        }
        mounts.add(
            try SandboxMount(
                source, as: name(of: request), at: mounts.target(of: request),
                options: ["rbind"] + request.options + (request.isWritable == true ? [] : ["ro"])))
    }

    /// The name of a mount's source for messages.
    private func name(of request: RunMount) -> String {
        let source = request.source.isEmpty ? "/" : request.source
        return request.from.map { "\($0):\(source)" } ?? source
    }

    /// Resolves a file in a directory, which links cannot escape.
    private func handle(of source: String, below directory: PathHandle) throws -> PathHandle {
        let relative = source.split(separator: "/").joined(separator: "/")
        do {
            return try directory.rootedDirectory().handle(at: relative)
        } catch {
            throw BuildError(.notFound, "the source \"\(source)\" of a mount cannot be opened: \(error)")
        }
    }

    // MARK: Caches

    /// Waits for the caches that nobody else may use meanwhile, in the same order as every step: otherwise two steps could
    /// wait for each other.
    private func lockCaches(of run: RunOperation, _ mounts: StepMounts) throws {
        let locked = run.mounts.filter { $0.kind == .cache && $0.sharing == .locked }
        if locked.isEmpty { return }
        let caches = session.store.layout.cacheMounts
        try Files.makeDirectories(caches, mode: 0o700)
        for name in Set(locked.map { cacheName($0, mounts.target(of: $0)) }).sorted() {
            mounts.hold(try HeldLock(waitingFor: "\(caches)/\(name).lock"))
        }
    }

    private func mountCache(_ request: RunMount, to mounts: StepMounts) throws {
        let target = mounts.target(of: request)
        let caches = session.store.layout.cacheMounts
        try Files.makeDirectories(caches, mode: 0o700)
        mounts.hold(try HeldLock(sharing: session.store.layout.cacheMountsLock))
        let cache = cacheName(request, target)
        let name = "\(caches)/\(cache)"
        if session.options.renewsCacheMounts || isUncached {
            try session.renewOnce(name) { try CacheRenewal.renew(name, in: session.store) }
        }
        session.cache.prepareMount(
            cache, id: request.id ?? target, brings: !session.options.renewsCacheMounts && !isUncached)
        mounts.hold(try HeldLock(sharing: "\(name).users.lock"))
        CacheMountIndex(session.store).noteUse(cache, id: request.id ?? target)
        var directory = name
        switch request.sharing {
        case .shared: break
        case .locked: break  // It is locked already, see `lockCaches`.
        case .private:
            // The first unused directory of the cache.
            for number in 0..<1024 {
                directory = number == 0 ? name : "\(name).\(number)"
                guard let lock = try HeldLock(trying: "\(directory).lock") else { continue }
                mounts.hold(lock)
                break
            }
        }
        if !Files.exists(directory) { try makeCache(directory, request) }
        var source = try PathHandle(trusting: directory)
        if !request.source.isEmpty, request.from == nil { source = try handle(of: request.source, below: source) }
        mounts.add(
            try SandboxMount(
                source, as: "cache \(request.id ?? target)", at: target,
                options: ["rbind"] + request.options + (request.isWritable == false ? ["ro"] : [])))
    }

    /// The name of a cache's directory. A request for another owner or mode than the default, or for other initial
    /// content, has a cache of its own, as with BuildKit.
    private func cacheName(_ request: RunMount, _ target: String) -> String {
        var identity = request.id ?? target
        if let space = session.options.buildArguments["BUILDKIT_CACHE_MOUNT_NS"], !space.isEmpty {
            identity = "\(space)/\(identity)"
        }
        if request.mode != nil || request.uid != nil || request.gid != nil || request.from != nil {
            let numbers = [request.mode ?? 0o755, request.uid ?? 0, request.gid ?? 0].map { "\($0)" }
            let from = request.from.map { [$0, request.source] } ?? []
            identity += "\0" + (numbers + from).joined(separator: "\0")
        }
        return String(Digest.sha256(of: Array(identity.utf8)).hex.prefix(32))
    }

    /// Initialises a new cache with the content of its `from`.
    private func makeCache(_ directory: String, _ request: RunMount) throws {
        let draft = "\(directory).\(RandomBytes.hex(8))"
        try Files.makeDirectory(draft, mode: 0o700)
        do {
            if request.from != nil {
                let origin = try origin(request.origin)
                defer { origin.close() }
                if let root = origin.directory {
                    let source = request.source.isEmpty ? "." : request.source
                    let selection = try BuildContext.select([source], from: root, ignored: nil, excluding: [])
                    try CopyStep(CopyStep.Request(keepingOwnersOf: 1), selection, to: "/", in: draft).run()
                }
            }
            let opened = try OwnedFD.open(draft, O_RDONLY | O_DIRECTORY)
            try setOwner(of: opened.raw, request)
            try Files.changeMode(fd: opened.raw, mode: request.mode ?? 0o755)
            // A plain rename would replace the empty directory of another step, which may be about to mount it.
            try Files.renameNew(draft, directory)
        } catch {
            try? Files.removeTree(draft)
            // Another build may have created it meanwhile.
            guard Files.exists(directory) else { throw error }
        }
    }

    private func setOwner(of descriptor: Int32, _ request: RunMount) throws {
        do throws(LinuxError) {
            try Files.changeOwner(fd: descriptor, uid: request.uid ?? 0, gid: request.gid ?? 0)
        } catch {
            // With a single id everything is this user's, as with the owners of files in images.
            if session.store.isSingleID, error.code == EINVAL || error.code == EPERM { return }
            throw error
        }
    }

    // MARK: Secrets

    private func mountSecret(_ request: RunMount, _ hostFiles: HostFiles, to mounts: StepMounts) throws {
        let name = request.id ?? request.target.flatMap { $0.split(separator: "/").last.map(String.init) } ?? ""
        guard !name.isEmpty else { throw BuildError(.invalid, "RUN --mount=type=secret needs an id") }
        guard let secret = session.options.secrets[name] else {
            guard request.isRequired else { return }
            throw BuildError(.notFound, "secret required but no secret with id \"\(name)\" found")
        }
        let content = try secret.content(session.handle(ofHost:))
        session.options.secretGate.add(name, content)
        if let variable = request.variable {
            mounts.add(variable: variable, String(decoding: content, as: UTF8.self))
            if request.target == nil { return }
        }
        let target = mounts.target(of: request, default: "/run/secrets/\(name.split(separator: "/").last ?? "")")
        let source = try hostFiles.file(
            content, mode: request.mode ?? 0o400, uid: request.uid ?? 0, gid: request.gid ?? 0)
        mounts.add(.bind(source, at: target, readOnly: true))
    }

    private func mountAgent(
        _ request: RunMount, _ index: Int, _ hostFiles: HostFiles, to mounts: StepMounts
    ) throws {
        let name = request.id ?? "default"
        guard let socket = session.options.agentSockets[name] else {
            guard request.isRequired else { return }
            throw BuildError(.notFound, "ssh required but no ssh agent with id \(name) found")
        }
        let target = mounts.target(of: request, default: "/run/buildkit/ssh_agent.\(index)")
        let agent = try session.handle(ofHost: socket)
        if request.mode != nil || request.uid != nil || request.gid != nil {
            let relay = try SocketRelay(to: agent, in: try hostFiles.newDirectory())
            mounts.hold(relay)
            let place = try relay.handle()
            try setOwner(of: place.fd, request)
            try Files.changeMode(pathDescriptor: place.fd, mode: request.mode ?? 0o600)
            mounts.add(.bind(place, as: socket, at: target))
        } else {
            mounts.add(.bind(agent, as: socket, at: target))
        }
        mounts.add(variable: "SSH_AUTH_SOCK", target)
    }
}
