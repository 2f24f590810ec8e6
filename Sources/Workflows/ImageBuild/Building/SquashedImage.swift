import ContainerStore
import ImageLayers
import ImageModel
import WorkingContainers

/// Squashes all layers of an image into one (`--squash`).
enum SquashedImage {
    /// - Returns: the draft with one layer and without the history entries of the removed layers.
    static func squash(_ draft: ImageDraft, in store: ContainerStore, session: BuildSession) throws -> ImageDraft {
        guard draft.layers.count > 1 else { return draft }
        let merged = try ReadOnlyRoot(of: draft.topLayer, in: store)
        defer { merged.close() }
        let layer = try LayerSnapshot.take(
            of: merged.path, content: .wholeTree(parent: nil), upon: nil, modification: session.options.modification,
            in: store)
        var squashed = draft
        squashed.topLayer = nil
        squashed.layers = []
        try squashed.add(layer)
        let history = draft.config.history ?? []
        squashed.config.history = history.enumerated().map { index, entry in
            var entry = entry
            entry.emptyLayer = index == history.count - 1 ? nil : true
            return entry
        }
        return squashed
    }
}
