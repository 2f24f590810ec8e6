import BuildCaches
import ContentDigest
package import ImageCopy
import ImageModel
package import ImageTransports
import JSONText
package import ProgressEvents
import Synchronization

/// A cache whose steps are in one table: BuildKit's form, or the configuration of an image. Read when the first step is
/// asked for.
package final class ImportedTable: ImportedSteps {
    package let description: String
    private let open: @Sendable () throws -> any ImageSource
    private let admission: PolicyGate?
    private let report: ProgressHandler
    private let state = Mutex(State.unread)

    private enum State {
        case unread
        case read([(table: CacheTable, source: SharedSource)])
    }

    /// The most images of a list whose configurations are read.
    private static let maximumImages = 32

    /// - Parameters:
    ///   - admission: decides whether a cache is accepted, as for an image: its layers become parts of images.
    ///   - open: finds the cache.
    package init(
        _ description: String, admission: PolicyGate?, report: @escaping ProgressHandler,
        open: @escaping @Sendable () throws -> any ImageSource
    ) {
        self.description = description
        self.admission = admission
        self.report = report
        self.open = open
    }

    package func find(_ key: String) -> FoundStep? {
        state.withLock { state in
            if case .unread = state { state = .read(read()) }
            guard case .read(let tables) = state else { return nil }
            for (table, source) in tables {
                if let step = table.steps[key] { return FoundStep(step: step, source: source, message: nil) }
            }
            return nil
        }
    }

    package func disable() { state.withLock { $0 = .read([]) } }

    /// The tables of the cache; none, and a warning, if it cannot be read.
    private func read() -> [(table: CacheTable, source: SharedSource)] {
        do {
            let source = try open()
            let tables = try tables(of: source)
            let steps = tables.reduce(0) { $0 + $1.steps.count }
            let foreign = tables.reduce(0) { $0 + $1.foreignRecords }
            if steps == 0 {
                report(
                    .warning(
                        foreign > 0
                            ? "the cache \(description) was written by BuildKit: its \(foreign) records have other keys "
                                + "and are not used"
                            : "the cache \(description) has no steps"))
            }
            let shared = SharedSource(source)
            return tables.map { ($0, shared) }
        } catch {
            report(.warning("cannot read the cache \(description): \(error)"))
            return []
        }
    }

    private func tables(of source: any ImageSource) throws -> [CacheTable] {
        let raw = try source.manifest(nil)
        try admission?.admit(raw, instance: nil, from: source)
        switch try CacheManifest.read(raw) {
        case .cache(let config, let blobs):
            let bytes = try source.readBlob(Self.plain(config), limit: CacheTable.maximumSize)
            return [try CacheTable(parsing: bytes, blobs: blobs)]
        case .image(let manifest): return [try Self.inlineTable(manifest, source)]
        case .images(let entries):
            return try entries.prefix(Self.maximumImages).map { entry in
                let raw = try source.manifest(listed: entry)
                try admission?.admit(raw, instance: raw.digest, from: source)
                guard case .image(let manifest) = try CacheManifest.read(raw) else { return CacheTable() }
                return try Self.inlineTable(manifest, source)
            }
        }
    }

    /// The cache in an image's configuration.
    private static func inlineTable(_ manifest: Manifest, _ source: any ImageSource) throws -> CacheTable {
        let config = try ImageConfig(parsing: try source.readBlob(plain(manifest.config)))
        guard let text = config.extra[StepCache.inlineMember]?.string else { return CacheTable() }
        guard let records = Base64.decode(text) else {
            throw BuildCacheError("\(StepCache.inlineMember) is not base64")
        }
        return try CacheTable(parsingRecords: records, blobs: manifest.layers, diffIDs: config.rootfs.diffIDs)
    }

    /// Without addresses: only the cache itself is asked.
    private static func plain(_ blob: Descriptor) -> Descriptor {
        Descriptor(mediaType: blob.mediaType, digest: blob.digest, size: blob.size)
    }
}
