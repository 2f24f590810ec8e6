import ContentDigest
import LinuxSystem
import Testing

@testable import ContainerStore

@Suite(.enabled(if: TestStore.canKeepLayers, "needs root, be it of a user namespace")) struct CacheTests {
    let test: TestStore
    var store: ContainerStore { test.store }

    init() throws { test = try TestStore("vfs") }

    @Test("a result is found while its layer exists with the same parent")
    func lookup() throws {
        let index = BuildCacheIndex(store)
        let layer = try TestStore.addLayer(store, parent: nil, file: "a", content: "one")
        let time = FileTime(seconds: 99, nanoseconds: 5)
        let entry = BuildCacheIndex.Entry(layer: layer.id, parent: nil, created: time, note: "RUN \"x\"")
        try index.record("00ff", entry)
        try index.record("0a", .init(layer: nil, parent: layer.id, created: time))
        try index.record("0b", .init(layer: layer.id, parent: "other", created: time))
        #expect(try BuildCacheIndex(test.another()).lookup("00ff") == entry)
        #expect(try index.lookup("0a")?.layer == nil)
        #expect(try index.lookup("0a") != nil)
        #expect(try index.lookup("0b") == nil)
        #expect(try index.lookup("0c") == nil)
        #expect(throws: StoreError.self) { try index.lookup("../x") }
        try store.deleteLayer(layer.id)
        #expect(try index.lookup("00ff") == nil)
        #expect(try index.prune(notUsedSince: FileTime(seconds: 0)) == [])
        #expect(try Files.entries(ofDirectory: store.layout.buildCache).count == 1)
    }

    @Test("invalid entries are ignored")
    func brokenEntries() throws {
        let index = BuildCacheIndex(store)
        try Files.makeDirectories(store.layout.buildCache)
        for (key, text) in [("01", ""), ("02", "[]"), ("03", "{\"created\":1}"), ("04", "{\"layer\":\"../x\"}")] {
            try Files.replaceFile("\(store.layout.buildCache)/\(key)", with: Array(text.utf8))
            #expect(try index.lookup(key) == nil)
        }
        try index.prune(notUsedSince: FileTime(seconds: 0))
        #expect(try Files.entries(ofDirectory: store.layout.buildCache).isEmpty)
    }

    @Test("pruning by age keeps recently used results, and removes chains of layers")
    func pruning() throws {
        let index = BuildCacheIndex(store)
        let base = try TestStore.addLayer(store, parent: nil, file: "a", content: "one")
        let top = try TestStore.addLayer(store, parent: base.id, file: "b", content: "two")
        let young = try TestStore.addLayer(store, parent: nil, file: "c", content: "three")
        for (key, layer) in [("01", base), ("02", top), ("03", young)] {
            try index.record(key, .init(layer: layer.id, parent: layer.parent, created: Clock.now()))
            if layer != young {
                try Files.setTimes(
                    at: Files.currentDirectory, "\(store.layout.buildCache)/\(key)", access: nil,
                    modification: FileTime(seconds: 1000))
            }
        }
        #expect(try index.prune(notUsedSince: FileTime(seconds: 2000)) == [top.id, base.id])
        #expect(try store.layers().map(\.id) == [young.id])
    }

    @Test("compression results are recorded for each method")
    func compressedBlobs() throws {
        let index = CompressedBlobIndex(store.layout)
        let (diffID, digest) = (Digest.sha256(of: "a"), Digest.sha256(of: "b"))
        #expect(index.lookup(diffID, compression: "gzip-6") == nil)
        index.record(diffID, compression: "gzip-6", .init(digest: digest, size: 5))
        #expect(index.lookup(diffID, compression: "gzip-6") == .init(digest: digest, size: 5))
        #expect(index.lookup(diffID, compression: "zstd-3") == nil)
        index.record(diffID, compression: "../x", .init(digest: digest, size: 5))
        #expect(index.lookup(diffID, compression: "../x") == nil)
    }
}
