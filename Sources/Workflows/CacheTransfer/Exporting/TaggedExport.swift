package import ContainerStore
package import Distribution
package import ImageCopy
package import ImageModel
import LinuxSystem
package import ProgressEvents

/// Writes each step as an image whose tag is the step's key, into several repositories: Buildah's form of a remote
/// cache.
package struct TaggedExport: Sendable {
    private let repositories: [ImageReference]
    private let layers: CopyOptions.Layers
    private let forcesCompression: Bool
    private let store: ContainerStore
    private let access: RegistryAccess
    private let report: ProgressHandler

    package init(
        to repositories: [ImageReference], layers: CopyOptions.Layers = .preferred(nil),
        forcesCompression: Bool = false,
        from store: ContainerStore, _ access: RegistryAccess, report: @escaping ProgressHandler
    ) {
        self.repositories = repositories
        self.layers = layers
        self.forcesCompression = forcesCompression
        self.store = store
        self.access = access
        self.report = report
    }

    /// Pushes a step's result. A step without any layer below or of its own has none.
    package func write(_ key: String, _ entry: BuildCacheIndex.Entry) throws {
        guard let top = entry.layer ?? entry.parent else { return }
        let names = repositories.map(\.description).joined(separator: " ")
        report(.message("--> Pushing cache [\(names)]:\(key)"))
        let chain = Array(try store.layerChain(top).reversed())
        let created = Clock.rfc3339(entry.created)
        var history = chain.map { _ in History(created: created) }
        let step = History(
            created: created, createdBy: CacheExport.note(entry.note), emptyLayer: entry.layer == nil ? true : nil)
        if entry.layer != nil { history.removeLast() }
        let config = ImageConfig(created: created, history: history + [step])
        var options = CopyOptions()
        options.layers = layers
        options.forcesCompression = forcesCompression
        options.forms = CompressionResults(of: store)
        for repository in repositories {
            let tagged = try ImageReference(domain: repository.domain, path: repository.path, tag: key)
            do {
                try ImageCopier(options) { _ in }.copy(
                    try StoredLayers(chain, config, in: store), to: try DockerDestination(tagged, access: access))
            } catch {
                throw CacheTransferError("failed pushing cache to \"\(tagged)\": \(error)")
            }
        }
    }
}
