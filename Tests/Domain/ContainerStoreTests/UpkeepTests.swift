import Glibc
import LinuxSystem
import Testing

@testable import ContainerStore

@Suite(.enabled(if: TestStore.canKeepLayers, "needs root, be it of a user namespace"))
struct UpkeepTests {
    let test: TestStore
    var store: ContainerStore { test.store }

    init() throws { test = try TestStore("vfs") }

    private func layer(_ content: String, upon parent: LayerRecord? = nil) throws -> LayerRecord {
        try TestStore.addLayer(store, parent: parent?.id, file: content, content: content)
    }

    private func ids(_ store: ContainerStore) throws -> Set<String> { Set(try store.layers().map(\.id)) }

    // MARK: Layers

    @Test("a layer whose cached step was replaced is collected, unless another process uses it")
    func collecting() throws {
        let (old, new) = (try layer("old"), try layer("new"))
        let cache = BuildCacheIndex(store)
        try cache.record("01", BuildCacheIndex.Entry(layer: old.id, parent: nil, created: Clock.now()))
        // The process that made it ends; the cache keeps it.
        store.close()
        try cache.record("01", BuildCacheIndex.Entry(layer: new.id, parent: nil, created: Clock.now()))
        let other = try test.another()
        #expect(try other.claimLayer(old.id))
        #expect(try store.collectLayers().isEmpty)
        #expect(try ids(store) == [old.id])
        other.close()
        #expect(try ids(store).isEmpty)
    }

    @Test("another tool's layer is kept, but collected together with this tool's layers on top of it")
    func foreignLayers() throws {
        let (foreign, base) = (try layer("foreign"), try layer("base"))
        try TestStore.addImage(store, names: ["localhost/base:latest"], layer: base.id, text: "base")
        store.close()
        // Nothing says any more that they are this tool's.
        let another = try test.another()
        try Files.removeTree(another.layout.ownLayers)
        #expect(try another.collectLayers().isEmpty)
        let upon = try TestStore.addLayer(another, parent: base.id, file: "upon", content: "upon")
        let image = try #require(try another.image("localhost/base:latest"))
        try another.deleteImage(image.id)
        #expect(try ids(another).contains(base.id))
        another.close()
        let last = try test.another()
        try last.collectLayers()
        let left = try ids(last)
        #expect(!left.contains(upon.id))
        #expect(!left.contains(base.id))
        _ = foreign
    }

    @Test("a layer recreated by another tool with the same content belongs to that tool")
    func remadeLayer() throws {
        let made = try layer("made")
        var later = made
        later.created = "2031-01-01T00:00:00Z"
        #expect(try OwnLayers(store.layout).filter([made, later]) == [made])
    }

    // MARK: Containers of other tools

    @Test("another tool's container is removed unless it is mounted")
    func foreignContainer() throws {
        let record = try store.createContainer(ContainerRequest(names: ["theirs"], image: nil, baseLayer: nil))
        #expect(store.owner(ofContainer: record.id) == .other)
        _ = try store.mountLayer(record.layer, readOnly: false)
        let error = #expect(throws: StoreError.self) { try store.deleteContainer(record.id) }
        #expect(error?.kind == .inUse)
        try store.unmountLayer(record.layer)
        try store.deleteContainer(record.id)
        #expect(try store.containers().isEmpty)
    }

    @Test(
        "mounted containers of this tool and Buildah are removed",
        arguments: [
            ContainerOwner.runFile, ContainerOwner.workingFile,
        ])
    func ownContainer(_ file: String) throws {
        let record = try store.createContainer(
            ContainerRequest(names: ["ours"], image: nil, baseLayer: nil, files: [(file, [0x7B, 0x7D])]))
        _ = try store.mountLayer(record.layer, readOnly: false)
        try store.deleteContainer(record.id)
        #expect(try store.containers().isEmpty)
    }

    // MARK: Deciding under the lock

    @Test("a concurrently added name keeps the image")
    func removingName() throws {
        let image = try TestStore.addImage(store, names: ["localhost/aa:latest"], layer: nil, text: "a")
        try store.addNames(image: image.id, ["localhost/bb:latest"])
        #expect(try store.removeImage("aa", isForced: false) == .untagged("localhost/aa:latest"))
        #expect(try store.removeImage("aa", isForced: false) == nil)
        #expect(try store.removeImage("bb", isForced: false) == .deleted(id: image.id, names: ["localhost/bb:latest"]))
        #expect(try store.images().isEmpty)
    }

    @Test("a failing nested call leaves the outer one with the state of the files")
    func nestedFailure() throws {
        let image = try TestStore.addImage(store, names: ["localhost/aa:latest"], layer: nil, text: "a")
        try store.exclusively {
            #expect(throws: StoreError.self) { try store.deleteImage(String(repeating: "0", count: 64)) }
            #expect(try store.image("aa") == image)
            try store.deleteImage(image.id)
        }
        #expect(try test.another().images().isEmpty)
    }

    // MARK: Checking

    @Test("damage extends to descendants, which are removed too")
    func damage() throws {
        let base = try layer("base")
        let top = try layer("top", upon: base)
        let image = try TestStore.addImage(store, names: ["localhost/top:latest"], layer: top.id, text: "top")
        let sound = try TestStore.addImage(store, names: ["localhost/sound:latest"], layer: nil, text: "sound")
        #expect(try store.problems(StoreCheckOptions()).isEmpty)
        try Files.removeTree("\(store.layout.driverHome)/dir/\(base.id)")
        let subjects = Set(try store.problems(StoreCheckOptions()).map(\.subject))
        #expect(subjects == [.layer(base.id), .image(image.id)])
        let done = try store.repair(StoreCheckOptions(), removesContainers: false)
        #expect(done.contains("Deleted damaged image: \(image.id)"))
        #expect(try store.problems(StoreCheckOptions()).isEmpty)
        #expect(try store.images().map(\.id) == [sound.id])
        #expect(try store.layers().isEmpty)
    }

    // MARK: A full disk

    @Test("the reserve is used for records if it is large enough")
    func reserve() throws {
        let (target, place) = ("\(test.directory)/records", "\(test.directory)/reserve")
        let reserve = SpaceReserve(path: place)
        #expect(try !reserve.replace(target, with: [1, 2, 3]))
        reserve.prepare(for: 3)
        #expect(try !reserve.replace(target, with: [UInt8](repeating: 0, count: 1 << 20)))
        #expect(try reserve.replace(target, with: [1, 2, 3]))
        #expect(try Files.readFile(target) == [1, 2, 3])
        #expect(!Files.exists(place))
    }
}
