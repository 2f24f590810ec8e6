import ContainerStore
import ImageLayers
import ImageModel
import WorkingContainers

/// Makes one layer of all layers of an image (`--squash`).
enum SquashedImage {
    /// - Returns: the draft with one layer and without a history of its own for the layers that are gone.
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
