import ContainerStore
import ContentDigest
import DockerfileRecovery
import ImageCopy
import ImageModel
import WorkingContainers

/// The structure of an image, from the index down to the content of each layer.
struct ImageTree {
    /// An index or a manifest.
    struct Node {
        let mediaType: MediaType
        let digest: Digest
        let size: Int64
        var platform: Platform?
        var artifactType: String?
        /// False for a manifest that is listed in an index but missing in this location.
        var isPresent = true
        /// Of an index.
        var manifests: [Node] = []
        /// Of a manifest.
        var config: Descriptor?
        var layers: [Layer] = []
        var steps: [Step] = []
        /// Artifacts that refer to it.
        var referrers: [Descriptor] = []
        /// Why its referrers are unknown.
        var referrersFailure: String?
    }

    /// A layer.
    struct Layer {
        let blob: Descriptor
        var diffID: Digest?
        /// Its content, if it was read.
        var contents: LayerContents?
        /// Names of other local images with the same layer.
        var sharedWith: [String] = []
    }

    /// An entry of the history, with the index of its layer.
    struct Step {
        let history: History
        let layer: Int?
    }

    let name: String
    let root: Node

    /// Reads an image, or an image index with everything that is present.
    ///
    /// - Parameter platform: the image whose layers are read; nil: those of all.
    init(of place: InspectionTarget, in store: ContainerStore, layersFor platform: Platform?, readsLayers: Bool) throws
    {
        let image = place.image
        guard let raw = try image.manifest() else { throw CommandError("\(image.name): no manifest") }
        let reader = Reader(image: image, sharing: try LayerSharing(store), readsLayers: readsLayers)
        name = image.name
        root = try reader.node(raw, chosen: platform, depth: 0)
    }
}

/// Which local images contain a layer.
private struct LayerSharing {
    private var owners: [Digest: [(id: String, name: String)]] = [:]

    init(_ store: ContainerStore) throws {
        for record in try store.images() where record.topLayer != nil {
            // A broken image in the store should not affect others.
            guard let image = try? StoredImage(record, in: store) else { continue }
            let name = record.names.first ?? String(record.id.prefix(12))
            for diffID in Set(image.config.rootfs.diffIDs) { owners[diffID, default: []].append((record.id, name)) }
        }
    }

    func names(of diffID: Digest, besides id: String) -> [String] {
        let others = (owners[diffID] ?? []).filter { $0.id != id }.map(\.name)
        // Named images first: the others are mostly build steps.
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
            // The image itself can be shown nevertheless.
            node.referrersFailure = "\(error)"
        }
        if raw.isIndex {
            guard depth < 4 else { throw CommandError("\(image.name): manifest lists are nested too deeply") }
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
        // Artifacts have configurations of their own types.
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
