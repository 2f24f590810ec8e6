import CacheTransfer
import CommandLineGrammar
import ContainerStore
import ContentDigest
import Distribution
import ImageBuild
import ImageCopy
import ImageModel
import ImageTransports
import ProgressEvents

/// The caches that a build reads and writes besides the store's own: `--cache-from` and `--cache-to`.
struct BuildCacheTransfers {
    private let sources: [CacheFlag]
    private let targets: [CacheFlag]
    private let limits: CacheQuota.Limits

    /// Without layers the flags have no effect, as in Buildah.
    init(_ arguments: ParsedArguments, _ session: Session, makesLayers: Bool) throws {
        limits = CacheQuota.Limits(
            bytes: try arguments.string("cache-keep-storage").map {
                try CacheLimitFlags.size($0, "cache-keep-storage")
            },
            idle: try arguments.string("cache-max-age").map { try CacheLimitFlags.age($0, "cache-max-age") })
        guard makesLayers else {
            (sources, targets) = ([], [])
            return
        }
        let isStrict = session.calledAs != "swiftlet"
        func flags(_ name: String) throws -> [CacheFlag] {
            try arguments.strings(name).map { try CacheFlag(parsing: $0, name, isStrict: isStrict) }
        }
        (sources, targets) = (try flags("cache-from"), try flags("cache-to"))
    }

    /// The steps of the store and of the caches to read; nil without flags.
    func steps(
        of store: ContainerStore, maximumAge: Int64?, _ access: RegistryAccess, admission: PolicyGate?,
        report: @escaping ProgressHandler
    ) throws -> StepCache? {
        guard !sources.isEmpty || !targets.isEmpty || limits != CacheQuota.Limits() else { return nil }
        let imports = try sources.map { try Self.imported($0, access, admission, report) }
        let repositories = targets.compactMap { target -> ImageReference? in
            guard case .repository(let reference) = target.place else { return nil }
            return reference
        }
        let tagged = TaggedExport(to: repositories, from: store, access, report: report)
        var publish: StepCache.StepHandler?
        if !repositories.isEmpty { publish = { key, entry in try tagged.write(key, entry) } }
        return StepCache(
            store, imports: imports, fetcher: StepFetcher(into: store, maximumAge: maximumAge, report: report),
            publish: publish, mounts: try mounts(of: store, access, admission, report),
            writesInline: targets.contains { $0.place == .inline },
            quota: limits == CacheQuota.Limits() ? nil : limits)
    }

    /// The cache mounts to bring and to send; nil without `mounts=true`.
    private func mounts(
        of store: ContainerStore, _ access: RegistryAccess, _ admission: PolicyGate?,
        _ report: @escaping ProgressHandler
    ) throws -> MountTransfers? {
        let wanted = sources.filter(\.includesMounts)
        guard !wanted.isEmpty || targets.contains(where: \.includesMounts) else { return nil }
        let openers = wanted.map { flag -> (cache: String, open: MountTransfers.Opener) in
            (flag.text, { name in try Self.mountPlace(flag, name).source(access) })
        }
        return MountTransfers(
            store, sources: openers, limit: wanted.map(\.mountLimit).max() ?? CacheFlag.defaultMountLimit,
            admission: admission, report: report)
    }

    /// The place of a cache mount beside a cache.
    private static func mountPlace(_ flag: CacheFlag, _ name: String) throws -> MountPlace {
        switch flag.place {
        case .registry(let reference, let isInsecure):
            let tag = MountTransfers.tag(reference.tag ?? ImageReference.defaultTag, name)
            return .registry(
                try ImageReference(domain: reference.domain, path: reference.path, tag: tag), isInsecure: isInsecure)
        case .layout(let path, let cache): return .layout(path: path, name: MountTransfers.tag(cache, name))
        case .archive, .inline, .repository: throw CommandError("\(flag.text): cache mounts cannot be there")
        }
    }

    private static func imported(
        _ flag: CacheFlag, _ access: RegistryAccess, _ admission: PolicyGate?, _ report: @escaping ProgressHandler
    ) throws -> any ImportedSteps {
        switch flag.place {
        case .repository(let reference): return TaggedSteps(reference, access, admission: admission, report: report)
        case .registry(let reference, let isInsecure):
            let access = isInsecure ? Self.insecure(access) : access
            return ImportedTable(reference.description, admission: admission, report: report) {
                try DockerSource(reference, access: access)
            }
        case .layout(let path, let name):
            return ImportedTable(path, admission: admission, report: report) { try Self.layoutSource(path, name) }
        case .archive(let path):
            return ImportedTable(path, admission: admission, report: report) {
                try OCIArchiveSource(OCILayoutReference(path: path), temporaryDirectory: "/var/tmp")
            }
        case .inline: throw CommandError("--cache-from type=inline: use type=registry,ref=IMAGE")
        }
    }

    /// The cache in a layout with a name or a digest.
    private static func layoutSource(_ path: String, _ name: String) throws -> any ImageSource {
        guard name.hasPrefix("sha256:") else { return try OCILayoutSource(OCILayoutReference(path: path, name: name)) }
        let images = try OCILayoutSource.images(inLayoutAt: path)
        guard let index = images.firstIndex(where: { $0.digest.description == name }) else {
            throw CommandError("\(path): the layout has no \(name)")
        }
        return try OCILayoutSource(OCILayoutReference(path: path, index: index))
    }

    /// Writes the caches, once the images are complete.
    ///
    /// - Parameter images: the images that were built.
    func write(
        _ steps: StepCache?, images: [ImageRecord], from store: ContainerStore, _ access: RegistryAccess,
        report: @escaping ProgressHandler
    ) throws {
        guard let steps else { return }
        for target in targets {
            do {
                if target.includesMounts { try Self.writeMounts(steps, to: target, from: store, access, report) }
                guard let destination = try Self.destination(target, access) else { continue }
                report(.message("Writing cache to \(destination.description)"))
                let count = try target.export.write(
                    steps.usedSteps, images: images.compactMap(\.topLayer), from: store, to: destination, report: report
                )
                if count == 0 {
                    report(.warning("--cache-to \(target.text): the build has no steps to write, nothing is written"))
                }
            } catch {
                guard target.ignoresErrors else {
                    throw CommandError("writing the cache --cache-to \(target.text): \(error)")
                }
                report(.warning("cannot write the cache --cache-to \(target.text): \(error)"))
            }
        }
    }

    /// Writes the cache mounts that the build has used.
    private static func writeMounts(
        _ steps: StepCache, to target: CacheFlag, from store: ContainerStore, _ access: RegistryAccess,
        _ report: @escaping ProgressHandler
    ) throws {
        for mount in steps.mounts?.usedMounts ?? [] {
            let place = try mountPlace(target, mount.name)
            let summary = try MountExport(from: store, limit: target.mountLimit).write(
                mount.name, id: mount.id, to: place.destination(access), previous: try? place.source(access))
            report(
                .message(
                    "Writing cache mount \(mount.id) to \(place): \(summary.sent) of \(summary.chunks) chunks sent"))
        }
    }

    /// Where to write a cache after the build; nil if it is written with the build.
    private static func destination(_ flag: CacheFlag, _ access: RegistryAccess) throws -> (any ImageDestination)? {
        switch flag.place {
        case .registry(let reference, let isInsecure):
            return try DockerDestination(reference, access: isInsecure ? insecure(access) : access)
        case .layout(let path, let name):
            return try OCILayoutDestination(OCILayoutReference(path: path, name: name))
        case .archive(let path): return try OCIArchiveDestination(OCILayoutReference(path: path))
        case .inline, .repository: return nil
        }
    }

    static func insecure(_ access: RegistryAccess) -> RegistryAccess {
        var options = access.options
        options.verifiesTLS = false
        return RegistryAccess(options)
    }
}
