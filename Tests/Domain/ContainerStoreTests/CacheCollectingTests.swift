import LinuxSystem
import Testing

@testable import ContainerStore

@Suite(.enabled(if: TestStore.canKeepLayers, "needs root, be it of a user namespace"))
struct CacheCollectingTests {
    let test: TestStore
    var store: ContainerStore { test.store }

    init() throws { test = try TestStore("vfs") }

    private func record(_ key: String, _ layer: LayerRecord?, upon parent: String?) throws {
        let entry = BuildCacheIndex.Entry(layer: layer?.id, parent: parent, created: Clock.now())
        try BuildCacheIndex(store).record(key, entry)
    }

    private func layer(_ content: String, upon parent: LayerRecord?) throws -> LayerRecord {
        try TestStore.addLayer(store, parent: parent?.id, file: content, content: content)
    }

    @Test("replaced steps and their descendants are collected")
    func replacedSteps() throws {
        let base = try layer("base", upon: nil)
        try TestStore.addImage(store, names: ["localhost/base:latest"], layer: base.id, text: "base")
        let old = try layer("old", upon: base)
        let upon = try layer("upon old", upon: old)
        let new = try layer("new", upon: base)
        try record("01", old, upon: base.id)
        try record("02", upon, upon: old.id)
        try record("03", nil, upon: upon.id)
        try record("01", new, upon: base.id)
        #expect(try Set(BuildCacheIndex(store).collect()) == [old.id, upon.id])
        #expect(try BuildCacheIndex(store).lookup("01")?.layer == new.id)
        #expect(try BuildCacheIndex(store).lookup("02") == nil)
        #expect(try Set(store.layers().map(\.id)) == [base.id, new.id])
    }

    @Test("steps on top of an image's layers and steps from scratch are kept")
    func reachableSteps() throws {
        let base = try layer("base", upon: nil)
        let top = try layer("top", upon: base)
        try TestStore.addImage(store, names: ["localhost/base:latest"], layer: top.id, text: "base")
        let branch = try layer("branch", upon: base)
        let scratch = try layer("scratch", upon: nil)
        let second = try layer("second", upon: scratch)
        try record("01", branch, upon: base.id)
        try record("02", scratch, upon: nil)
        try record("03", second, upon: scratch.id)
        try record("04", nil, upon: top.id)
        #expect(try BuildCacheIndex(store).collect().isEmpty)
        for key in ["01", "02", "03", "04"] { #expect(try BuildCacheIndex(store).lookup(key) != nil) }
    }

    @Test("layers of an image stay if the steps that created them are removed")
    func imagesKeepTheirLayers() throws {
        let base = try layer("base", upon: nil)
        try record("01", base, upon: nil)
        try TestStore.addImage(store, names: ["localhost/base:latest"], layer: base.id, text: "base")
        try Files.setTimes(
            at: Files.currentDirectory, "\(store.layout.buildCache)/01", access: nil,
            modification: FileTime(seconds: 1000))
        #expect(try BuildCacheIndex(store).collect().isEmpty)
        #expect(try BuildCacheIndex(store).lookup("01") == nil)
        #expect(try store.layer(base.id) != nil)
    }
}
