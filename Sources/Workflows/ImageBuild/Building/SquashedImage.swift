import ContainerStore
import ImageLayers
import ImageModel
import WorkingContainers

/// Squashes all layers of an image into one (`--squash`).
enum SquashedImage {
    /// - Returns: the draft with one layer and one history entry, its last.
    static func squash(_ draft: ImageDraft, in store: ContainerStore, session: BuildSession) throws -> ImageDraft {
        guard draft.layers.count > 1 else { return withOneEntry(draft) }
        let merged = try ReadOnlyRoot(of: draft.topLayer, in: store)
        defer { merged.close() }
        let layer = try LayerSnapshot.take(
            of: merged.path, content: .wholeTree(parent: nil), upon: nil, modification: session.options.modification,
            in: store)
        var squashed = draft
        squashed.topLayer = nil
        squashed.layers = []
        try squashed.add(layer)
        return withOneEntry(squashed)
    }

    private static func withOneEntry(_ draft: ImageDraft) -> ImageDraft {
        var result = draft
        result.config.history = draft.config.history?.suffix(1).map { entry in
            var entry = entry
            entry.emptyLayer = draft.layers.isEmpty ? true : nil
            return entry
        }
        return result
    }
}
