import ContainerStore
import ContentDigest
import DockerfileRecovery
import ImageCopy
import ImageModel
import WorkingContainers

/// What an image is made of, from the index down to what each layer holds.
struct ImageTree {
    /// An index or a manifest.
    struct Node {
        let mediaType: MediaType
        let digest: Digest
        let size: Int64
        var platform: Platform?
        var artifactType: String?
        /// False for a manifest that an index lists and that is not in this place.
        var isPresent = true
        /// Of an index.
        var manifests: [Node] = []
        /// Of a manifest.
        var config: Descriptor?
        var layers: [Layer] = []
        var steps: [Step] = []
        /// Artifacts that belong to it.
        var referrers: [Descriptor] = []
        /// Why it is not known which artifacts belong to it.
        var referrersFailure: String?
    }

    /// A layer.
    struct Layer {
        let blob: Descriptor
        var diffID: Digest?
        /// What it holds, where that was looked up.
        var contents: LayerContents?
        /// Names of other local images that have the same layer.
        var sharedWith: [String] = []
    }

    /// An entry of the history, with the place of its layer.
    struct Step {
        let history: History
        let layer: Int?
    }

    let name: String
    let root: Node

    /// Reads an image, or a list of images with all that is there of it.
    ///
    /// - Parameter platform: whose layers are looked into; nil: those of all.
    init(of place: InspectionTarget, in store: ContainerStore, layersFor platform: Platform?, readsLayers: Bool) throws
    {
        let image = place.image
        guard let raw = try image.manifest() else { throw CommandError("\(image.name): there is no manifest") }
        let reader = Reader(image: image, sharing: try LayerSharing(store), readsLayers: readsLayers)
        name = image.name
        root = try reader.node(raw, chosen: platform, depth: 0)
    }
}

/// Which local images have a layer.
private struct LayerSharing {
    private var owners: [Digest: [(id: String, name: String)]] = [:]

    init(_ store: ContainerStore) throws {
        for record in try store.images() where record.topLayer != nil {
            // One broken image in the store is no reason to say nothing about another.
            guard let image = try? StoredImage(record, in: store) else { continue }
            let name = record.names.first ?? String(record.id.prefix(12))
            for diffID in Set(image.config.rootfs.diffIDs) { owners[diffID, default: []].append((record.id, name)) }
        }
    }

    func names(of diffID: Digest, besides id: String) -> [String] {
        let others = (owners[diffID] ?? []).filter { $0.id != id }.map(\.name)
        // Those with names first: the others are mostly steps of builds.
        return others.filter { $0.contains("/") }.sorted() + others.filter { !$0.contains("/") }.sorted()
    }
}

private struct Reader {
    let image: InspectableImage
    let sharing: LayerSharing
    let readsLayers: Bool

    func node(_ raw: RawManifest, chosen: Platform?, depth: Int) throws -> ImageTree.Node {
        var node = ImageTree.Node(mediaType: raw.mediaType, digest: raw.digest, size: Int64(raw.bytes.count))
        do {
            node.referrers = try image.referrers(of: raw.digest)
        } catch {
            // The image itself can be explained all the same.
            node.referrersFailure = "\(error)"
        }
        if raw.isIndex {
            guard depth < 4 else { throw CommandError("\(image.name): lists of images are nested too deep") }
            let index = try raw.decodeIndex()
            let best = chosen.flatMap { Platform.bestMatch(in: index.manifests, wanted: $0) }
            for entry in index.manifests {
                var child = ImageTree.Node(mediaType: entry.mediaType, digest: entry.digest, size: entry.size)
                child.isPresent = false
                if let below = try image.manifest(entry.digest) {
                    let isChosen = chosen == nil || best?.digest == entry.digest || below.isIndex
                    let reader = Reader(image: image, sharing: sharing, readsLayers: readsLayers && isChosen)
                    child = try reader.node(below, chosen: chosen, depth: depth + 1)
                }
                child.platform = entry.platform ?? child.platform
                child.artifactType = entry.artifactType ?? child.artifactType
                node.manifests.append(child)
            }
            return node
        }
        guard raw.mediaType == .ociManifest || raw.mediaType == .dockerManifest else { return node }
        let manifest = try raw.decodeManifest()
        node.config = manifest.config
        node.layers = manifest.layers.map { ImageTree.Layer(blob: $0) }
        // Artifacts have configurations of their own kinds.
        guard manifest.config.mediaType.isImageConfig else { return node }
        guard let config = try image.configuration(of: manifest) else { return node }
        node.platform = config.platform
        try describe(&node, manifest, config)
        return node
    }

    private func describe(_ node: inout ImageTree.Node, _ manifest: Manifest, _ config: ImageConfig) throws {
        for (index, diffID) in config.rootfs.diffIDs.enumerated() where node.layers.indices.contains(index) {
            node.layers[index].diffID = diffID
            node.layers[index].sharedWith = sharing.names(of: diffID, besides: manifest.config.digest.hex)
            if readsLayers {
                node.layers[index].contents = try image.contents(ofLayer: index, of: manifest, config)
            }
        }
        var next = 0
        for entry in config.history ?? [] {
            let hasLayer = entry.emptyLayer != true && next < node.layers.count
            node.steps.append(ImageTree.Step(history: entry, layer: hasLayer ? next : nil))
            if hasLayer { next += 1 }
        }
    }
}
