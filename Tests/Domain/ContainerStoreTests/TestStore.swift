import ContainersConfig
import ContentDigest
import Glibc
import ImageModel
import LinuxSystem

@testable import ContainerStore

/// A store in a directory of its own that goes with the value.
final class TestStore {
    let directory: String
    let config: StorageConfig
    private(set) var store: ContainerStore

    /// Whether the kernel lets this process mount overlays.
    static let canMountOverlay: Bool = {
        guard geteuid() == 0, let store = try? TestStore("overlay") else { return false }
        return store.store.driver.name == "overlay"
    }()

    /// Whether this process may own the directories of layers as they have to be: it is root, be it of a user
    /// namespace.
    static let canKeepLayers = geteuid() == 0

    /// The drivers that can be tested here.
    static let drivers = canMountOverlay ? ["overlay", "vfs"] : ["vfs"]

    init(_ driver: String, imageStores: [String] = []) throws {
        directory = "/tmp/swiftlet-store-test-\(RandomBytes.hex(6))"
        config = StorageConfig(
            driver: driver, graphRoot: "\(directory)/root", runRoot: "\(directory)/run", imageStores: imageStores)
        store = try Self.open(config)
    }

    deinit {
        store.close()
        // What the real tools have bound to itself.
        let home = store.layout.driverHome
        while (try? Mounts.isMountPoint(home)) == true { try? Mounts.unmount(home, detach: true) }
        try? Files.removeTree(directory)
    }

    /// Opens the store once more, as another process would.
    func another() throws -> ContainerStore { try Self.open(config) }

    private static func open(_ config: StorageConfig) throws -> ContainerStore {
        try ContainerStore.open(config, idMaps: (.identity, .identity), rootless: false)
    }

    /// A layer with one file. Its diff ID is that of the text, since the store takes a caller's word for it.
    @discardableResult
    static func addLayer(
        _ store: ContainerStore, parent: String?, file: String, content: String
    ) throws -> LayerRecord {
        let staging = try stage(store, parent: parent, file: file, content: content)
        return try store.register(staging, diffID: .sha256(of: content), diffSize: Int64(content.utf8.count))
    }

    static func stage(
        _ store: ContainerStore, parent: String?, file: String, content: String
    ) throws -> StagingLayer {
        let staging = try store.newStagingLayer(parent: parent)
        try Files.replaceFile("\(staging.contentDirectory)/\(file)", with: Array(content.utf8), mode: 0o644)
        return staging
    }

    /// An image with a config and a manifest of its own, distinguished by `text`.
    @discardableResult
    static func addImage(
        _ store: ContainerStore, names: [String], layer: String?, text: String
    ) throws -> ImageRecord {
        let config = Array("{\"comment\":\"\(text)\"}".utf8)
        let manifest = Array("{\"schemaVersion\":2,\"config\":\"\(text)\"}".utf8)
        let (id, digest) = (Digest.sha256(of: config), Digest.sha256(of: manifest))
        return try store.createImage(
            id: id.hex, names: names, topLayer: layer, digest: digest, created: FileTime(seconds: 1),
            bigData: [
                ("sha256:\(id.hex)", config), ("manifest-\(digest)", manifest), ("manifest", manifest),
                ("signature-\(digest.hex)", []),
            ])
    }
}
