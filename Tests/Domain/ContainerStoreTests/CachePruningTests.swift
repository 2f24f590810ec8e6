import LinuxSystem
import Testing

@testable import ContainerStore

@Suite(.enabled(if: TestStore.canKeepLayers, "needs root, be it of a user namespace"))
struct CachePruningTests {
    let test: TestStore
    var store: ContainerStore { test.store }
    var index: BuildCacheIndex { BuildCacheIndex(store) }

    init() throws { test = try TestStore("vfs") }

    /// Records a step that made a layer and was last used at a time.
    private func step(
        _ key: String, _ content: String, upon parent: LayerRecord?, used seconds: Int64
    ) throws -> LayerRecord {
        let layer = try TestStore.addLayer(store, parent: parent?.id, file: content, content: content)
        try index.record(
            key, BuildCacheIndex.Entry(layer: layer.id, parent: parent?.id, created: Clock.now(), note: content))
        try Files.setTimes(
            at: Files.currentDirectory, "\(store.layout.buildCache)/\(key)", access: nil,
            modification: FileTime(seconds: seconds))
        return layer
    }

    private var keys: Set<String> { get throws { Set(try index.usage().map(\.key)) } }

    @Test("the least recently used steps go first, those on top before those below")
    func order() throws {
        let old = try step("01", "old", upon: nil, used: 1000)
        _ = try step("02", "upon old", upon: old, used: 900)
        // Found before the step on top of it, the lower one has the earlier time.
        let recent = try step("03", "recent", upon: nil, used: 500)
        _ = try step("04", "upon recent", upon: recent, used: 2000)
        let total = BuildCacheIndex.privateSize(try index.usage())
        let pruned = try index.prune(keeping: total - 1)
        #expect(pruned.entries == 1)
        #expect(try keys == ["01", "03", "04"])
        let rest = BuildCacheIndex.privateSize(try index.usage().filter { $0.key != "01" })
        let half = try index.prune(keeping: rest)
        #expect(try keys == ["03", "04"])
        #expect(half.layers == [old.id])
        #expect(half.remaining == rest)
        #expect(try index.prune(keeping: 0).remaining == 0)
        #expect(try store.layers().isEmpty)
    }

    @Test("steps that the running build uses stay, and so does what images have")
    func protection() throws {
        let base = try step("01", "base", upon: nil, used: 100)
        try TestStore.addImage(store, names: ["localhost/base:latest"], layer: base.id, text: "base")
        _ = try step("02", "used", upon: base, used: 2000)
        _ = try step("03", "idle", upon: base, used: 1000)
        let usage = try index.usage()
        #expect(usage.map(\.key) == ["02", "03", "01"])
        #expect(usage.map(\.isShared) == [false, false, true])
        try index.prune(keeping: 0, protectingSince: FileTime(seconds: 1500))
        #expect(try keys == ["01", "02"])
        // A step counts as used when one on top of it was.
        try index.prune(keeping: nil, notUsedSince: FileTime(seconds: 1500))
        #expect(try keys == ["01", "02"])
        try index.prune(keeping: nil, notUsedSince: FileTime(seconds: 2500))
        #expect(try keys.isEmpty)
        #expect(try store.layer(base.id) != nil)
    }
}
