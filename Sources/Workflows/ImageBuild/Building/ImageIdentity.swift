import BuildGraph
import ContainerStore
import ContentDigest
import ImageModel
import JSONText
import LinuxSystem
import WorkingContainers

/// The identity of an image without times: a rebuild without changes returns the existing image instead of a newer
/// copy.
struct ImageIdentity {
    private let key: String
    private let topLayer: String?

    /// - Parameter created: the creation time that the user wants; nil for any.
    init(of draft: ImageDraft, format: ImageFormat, created: FileTime?) {
        var timeless = draft.config
        timeless.created = nil
        timeless.history = timeless.history?.map { entry in
            var entry = entry
            entry.created = nil
            return entry
        }
        var key = CacheKey("IMAGE", parent: draft.topLayer)
        let config = (try? timeless.serialized()) ?? []
        key.add("config", String(decoding: config, as: UTF8.self))
        key.add("format", format.rawValue)
        key.add("annotations", draft.annotations.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })
        if !draft.annotatesCreation { key.add("creation", "not annotated") }
        if let created { key.add("created", Clock.rfc3339(created)) }
        self.key = key.hex
        topLayer = draft.topLayer
    }

    /// The image previously created from the same parts, if it is still in the store.
    func knownImage(in store: ContainerStore) throws -> StoredImage? {
        guard let hit = try BuildCacheIndex(store).lookup(key), hit.parent == topLayer,
            let record = try store.image(hit.note), record.id == hit.note
        else { return nil }
        return try? StoredImage(record, in: store)
    }

    /// Records the resulting image.
    func remember(_ image: ImageRecord, in store: ContainerStore) throws {
        let entry = BuildCacheIndex.Entry(layer: nil, parent: topLayer, created: Clock.now(), note: image.id)
        try BuildCacheIndex(store).record(key, entry)
    }
}
