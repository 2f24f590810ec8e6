import ContentDigest
import Glibc
import JSONText
import LinuxSystem
import Testing

@testable import ContainerStore

/// Every state in which a process can die is put together by hand; the next one to open the store must clear it up.
@Suite(.enabled(if: TestStore.canKeepLayers, "needs root, be it of a user namespace")) struct RecoveryTests {
    /// A journal of a process that is gone.
    private func abandon(_ store: ContainerStore, _ lines: [String]) throws {
        try Files.makeDirectories(store.layout.sessions)
        let text = lines.map { "\($0)\n" }.joined()
        try Files.replaceFile("\(store.layout.sessions)/0123456789abcdef", with: Array(text.utf8))
    }

    @Test("incomplete layers are deleted if the store is writable", arguments: TestStore.drivers)
    func incompleteLayers(_ driver: String) throws {
        let test = try TestStore(driver)
        let kept = try TestStore.addLayer(test.store, parent: nil, file: "a", content: "one")
        let doomed = try TestStore.addLayer(test.store, parent: nil, file: "b", content: "two")
        try Files.replaceFile(test.store.layout.tarSplit(doomed.id), with: [1])
        var array = try #require(try JSONValue(parsing: Files.readFile(test.store.layout.layersFile)).array)
        var object = try #require(array[1].object)
        object["flags"] = ["incomplete": true]
        array[1] = .object(object)
        try Files.replaceFile(test.store.layout.layersFile, with: JSONValue.array(array).serialized())
        let other = try test.another()
        #expect(try other.layers().map(\.id) == [kept.id])
        #expect(try other.layer(doomed.id) == nil)
        #expect(Files.exists(test.store.driver.contentDirectory(doomed.id)))
        try TestStore.addLayer(other, parent: kept.id, file: "c", content: "three")
        #expect(!Files.exists(test.store.driver.contentDirectory(doomed.id)))
        #expect(!Files.exists(test.store.layout.tarSplit(doomed.id)))
        #expect(try other.check() == [])
    }

    @Test("an unrecorded layer in its final location is deleted", arguments: TestStore.drivers)
    func unrecordedLayer(_ driver: String) throws {
        let test = try TestStore(driver)
        let base = try TestStore.addLayer(test.store, parent: nil, file: "a", content: "one")
        let before = try Files.readFile(test.store.layout.layersFile)
        let doomed = try TestStore.addLayer(test.store, parent: base.id, file: "b", content: "two")
        try Files.replaceFile(test.store.layout.tarSplit(doomed.id), with: [1])
        try TestStore.addImage(test.store, names: ["localhost/keep:1"], layer: base.id, text: "1")
        try Files.replaceFile(test.store.layout.layersFile, with: before)
        try abandon(test.store, ["L \(doomed.id)", "L \(base.id)", "garbage", "L ../../x"])
        #expect(try test.store.check().count >= 2)
        let other = try test.another()
        #expect(try other.check() == [])
        #expect(try other.layers().map(\.id) == [base.id])
        #expect(!Files.exists(test.store.driver.contentDirectory(doomed.id)))
        // The same content can be registered again, also when the remains are still there.
        try Files.makeDirectories("\(test.store.driver.contentDirectory(doomed.id))/remains")
        try TestStore.addLayer(other, parent: base.id, file: "b", content: "two")
        #expect(!Files.exists("\(test.store.driver.contentDirectory(doomed.id))/remains"))
        #expect(try other.check() == [])
    }

    @Test("layers that a dead process registered for an unfinished image are deleted", arguments: TestStore.drivers)
    func unreferencedLayers(_ driver: String) throws {
        let test = try TestStore(driver)
        let base = try TestStore.addLayer(test.store, parent: nil, file: "a", content: "one")
        let top = try TestStore.addLayer(test.store, parent: base.id, file: "b", content: "two")
        let cached = try TestStore.addLayer(test.store, parent: base.id, file: "c", content: "three")
        // Another tool's: nothing says that it was made here.
        let own = try Files.readFile(test.store.layout.ownLayers)
        let foreign = try TestStore.addLayer(test.store, parent: nil, file: "d", content: "four")
        try Files.replaceFile(test.store.layout.ownLayers, with: own)
        test.store.session?.end(settled: true)
        test.store.session = nil
        try BuildCacheIndex(test.store).record(
            "ab", .init(layer: cached.id, parent: base.id, created: Clock.now()))
        try abandon(test.store, ["L \(base.id)", "L \(top.id)", "L \(cached.id)"])
        let other = try test.another()
        #expect(Set(try other.layers().map(\.id)) == [base.id, cached.id, foreign.id])
        #expect(try BuildCacheIndex(other).prune() == [cached.id, base.id])
        #expect(try Files.entries(ofDirectory: other.layout.sessions).count == 1)
        #expect(try other.check() == [])
    }

    @Test("layers in use by a process are kept until it ends")
    func claims() throws {
        let test = try TestStore("vfs")
        let base = try TestStore.addLayer(test.store, parent: nil, file: "a", content: "one")
        let image = try TestStore.addImage(test.store, names: ["localhost/x:1"], layer: base.id, text: "1")
        let builder = try test.another()
        let staging = try builder.newStagingLayer(parent: base.id)
        #expect(try test.store.deleteImage(image.id) == [])
        #expect(try builder.register(staging, diffID: .sha256(of: "x"), diffSize: 1).parent == base.id)
        test.store.close()
        #expect(try builder.layers().count == 2)
        builder.close()
        #expect(try builder.layers().isEmpty)
        #expect(try builder.check() == [])
    }

    @Test("data directories without a record are deleted")
    func orphanedData() throws {
        let test = try TestStore("vfs")
        let (image, container) = (RandomBytes.hex(32), RandomBytes.hex(32))
        try Files.makeDirectories(test.store.layout.imageDirectory(image))
        try Files.makeDirectories("\(test.store.layout.containerUserData(container))/x")
        try Files.makeDirectories(test.store.layout.containerRunDirectory(container))
        try Files.replaceFile("\(test.store.layout.layersDirectory)/.tmp-123", with: [])
        try abandon(test.store, ["I \(image)", "C \(container)"])
        let other = try test.another()
        #expect(!Files.exists(other.layout.imageDirectory(image)))
        #expect(!Files.exists(other.layout.containerDirectory(container)))
        #expect(!Files.exists(other.layout.containerRunDirectory(container)))
        #expect(!Files.exists("\(other.layout.layersDirectory)/.tmp-123"))
        #expect(try Files.entries(ofDirectory: other.layout.sessions).isEmpty)
    }

    @Test("a dead process's staging layer is deleted, including its tar-split file")
    func abandonedStaging() throws {
        let test = try TestStore("vfs")
        let layout = test.store.layout
        try Files.makeDirectories("\(layout.temporaryDirectories)/temp-dir-77/layer/x")
        try Files.replaceFile("\(layout.temporaryDirectories)/lock-77", with: [])
        try Files.makeDirectories(layout.staging)
        try Files.replaceFile("\(layout.staging)/77", with: [1])
        let living = try test.store.newStagingLayer(parent: nil)
        try Files.replaceFile(living.tarSplitPath, with: [2])
        let other = try test.another()
        #expect(try Files.entries(ofDirectory: layout.temporaryDirectories).count == 2)
        #expect(!Files.exists("\(layout.staging)/77"))
        let record = try test.store.register(
            living, diffID: .sha256(of: "x"), diffSize: 1, tarSplit: .inStagedFile)
        #expect(try other.tarSplit(of: record.id) == [2])
    }

    @Test("missing short names are restored", .enabled(if: TestStore.canMountOverlay))
    func lostLinks() throws {
        let test = try TestStore("overlay")
        let base = try TestStore.addLayer(test.store, parent: nil, file: "a", content: "one")
        let top = try TestStore.addLayer(test.store, parent: base.id, file: "b", content: "two")
        try Files.removeTree("\(test.store.layout.driverHome)/l")
        try Files.makeDirectory("\(test.store.layout.driverHome)/l")
        #expect(try test.store.contentDirectories(of: top.id).count == 2)
        #expect(try test.store.check() == [])
    }

    @Test("invalid files are reported with their path")
    func corruption() throws {
        let test = try TestStore("vfs")
        try Files.replaceFile(test.store.layout.imagesFile, with: Array("[{\"id\":".utf8))
        let error = #expect(throws: StoreError.self) { try test.store.images() }
        #expect(error?.kind == .corrupt)
        #expect(error?.description.contains(test.store.layout.imagesFile) == true)
    }
}
