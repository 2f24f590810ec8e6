import BuildCaches
import ContainerStore
package import ContentDigest
import JSONText

extension StepCache {
    /// The member of an image's configuration with its cache.
    package static let inlineMember = "moby.buildkit.cache.v0"

    /// The cache for the configuration of an image, as text: the steps that its layers are made of. Nil if none is
    /// wanted.
    ///
    /// - Parameter diffIDs: the image's layers, base first.
    package func inlineCache(of diffIDs: [Digest]) -> String? {
        guard writesInline else { return nil }
        var places: [String: Int] = [:]
        var parent: String?
        for (place, diffID) in diffIDs.enumerated() {
            let id = CachedStep.layerID(parent: parent, diffID: diffID)
            places[id] = place
            parent = id
        }
        let steps = usedSteps.filter { step in (step.entry.layer ?? step.entry.parent).map { places[$0] != nil } ?? true
        }
        let table = CacheTable(
            steps.map { step in
                CachedStep(
                    key: step.key, parent: step.entry.parent, layer: nil, created: step.entry.created,
                    note: CacheExport.note(step.entry.note))
            })
        let layers = Dictionary(steps.compactMap { step in step.entry.layer.map { (step.key, $0) } }) { first, _ in
            first
        }
        return Base64.encode(table.serializedRecords(layers: places) { layers[$0.key] })
    }
}
