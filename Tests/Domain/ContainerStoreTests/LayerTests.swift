import ContentDigest
import Glibc
import LinuxSystem
import Testing

@testable import ContainerStore

@Suite(.enabled(if: TestStore.canKeepLayers, "needs root, be it of a user namespace")) struct LayerTests {
    @Test("a registered layer has the paths of the format, and is consistent", arguments: TestStore.drivers)
    func registering(_ driver: String) throws {
        let test = try TestStore(driver)
        let base = try TestStore.addLayer(test.store, parent: nil, file: "a", content: "one")
        let top = try TestStore.addLayer(test.store, parent: base.id, file: "b", content: "two")
        #expect(base.id == Digest.sha256(of: "one").hex)
        #expect(top.id == Digest.sha256(of: "\(base.id)+\(Digest.sha256(of: "two").hex)").hex)
        #expect(Files.exists("\(test.store.driver.contentDirectory(top.id))/b"))
        #expect(try Files.status(test.store.driver.contentDirectory(top.id)).permissions == 0o555)
        #expect(try test.store.layerChain(top.id).map(\.id) == [top.id, base.id])
        #expect(try test.another().layers().map(\.id) == [base.id, top.id])
        #expect(try test.store.layer(String(top.id.prefix(12)))?.id == top.id)
        #expect(try test.store.layer("nothing") == nil)
        #expect(try test.store.check() == [])
        let directories = try test.store.contentDirectories(of: top.id)
        #expect(directories.count == (driver == "overlay" ? 2 : 1))
        #expect(Files.exists("\(directories.last ?? "")/a"))
    }

    @Test("registering a layer twice keeps one, and removes the second staging directory", arguments: TestStore.drivers)
    func registeringTwice(_ driver: String) throws {
        let test = try TestStore(driver)
        let first = try TestStore.addLayer(test.store, parent: nil, file: "a", content: "one")
        let staging = try TestStore.stage(test.store, parent: nil, file: "other", content: "one")
        let second = try test.store.register(staging, diffID: .sha256(of: "one"), diffSize: 3)
        #expect(second == first)
        #expect(try test.store.layers().count == 1)
        #expect(!Files.exists(staging.contentDirectory))
        #expect(try Files.entries(ofDirectory: test.store.layout.temporaryDirectories).isEmpty)
    }

    @Test("layers staged without their parents are registered in one batch", .enabled(if: TestStore.canMountOverlay))
    func batches() throws {
        let test = try TestStore("overlay")
        let stagings = try (0..<3).map { number in
            try TestStore.stage(test.store, parent: nil, file: "f\(number)", content: "\(number)")
        }
        try Files.changeMode(at: Files.currentDirectory, stagings[0].contentDirectory, mode: 0o711)
        let records = try test.store.register(
            stagings.enumerated().map { number, staging in
                LayerRegistration(
                    staging: staging, parent: .previous, diffID: .sha256(of: "\(number)"), diffSize: 1,
                    tarSplit: .gzipped([1, 2, 3]), uids: [0], gids: [0, 7],
                    compressed: .init(digest: .sha256(of: "z\(number)"), size: 9, compression: 4))
            })
        #expect(records.map(\.parent) == [nil, records[0].id, records[1].id])
        #expect(records[2].compression == 4 && records[2].gids == [0, 7])
        #expect(try Files.status(test.store.driver.contentDirectory(records[2].id)).permissions == 0o711)
        #expect(try Files.readFile(test.store.layout.tarSplit(records[1].id)) == [1, 2, 3])
        #expect(try test.store.check() == [])
        let path = try test.store.mountLayer(records[2].id, readOnly: true, isRecorded: false)
        defer { _ = try? test.store.unmountLayer(records[2].id) }
        for number in 0..<3 { #expect(Files.exists("\(path)/f\(number)")) }
    }

    @Test("a failing batch leaves nothing", .enabled(if: TestStore.canMountOverlay))
    func failedBatch() throws {
        let test = try TestStore("overlay")
        let stagings = try (0..<2).map {
            try TestStore.stage(test.store, parent: nil, file: "f\($0)", content: "\($0)")
        }
        #expect(throws: StoreError.self) {
            try test.store.register([
                LayerRegistration(staging: stagings[0], diffID: .sha256(of: "0"), diffSize: 1),
                LayerRegistration(
                    staging: stagings[1], parent: .layer("missing"), diffID: .sha256(of: "1"), diffSize: 1),
            ])
        }
        #expect(try test.store.layers().isEmpty)
        #expect(try test.store.check() == [])
        for staging in stagings { staging.discard() }
        #expect(try Files.entries(ofDirectory: test.store.layout.temporaryDirectories).isEmpty)
    }

    @Test("layers in use cannot be deleted", arguments: TestStore.drivers)
    func deleting(_ driver: String) throws {
        let test = try TestStore(driver)
        let base = try TestStore.addLayer(test.store, parent: nil, file: "a", content: "one")
        let top = try TestStore.addLayer(test.store, parent: base.id, file: "b", content: "two")
        let error = #expect(throws: StoreError.self) { try test.store.deleteLayer(base.id) }
        #expect(error?.kind == .inUse)
        #expect(error?.description.contains(top.id) == true)
        try test.store.deleteLayer(top.id)
        try test.store.deleteLayer(base.id)
        #expect(try test.store.layers().isEmpty)
        #expect(try test.store.check() == [])
        #expect(throws: StoreError.self) { try test.store.newStagingLayer(parent: base.id) }
    }

    @Test(
        "a writable mount changes the layer, is counted, and shows the lower layer",
        .enabled(if: TestStore.canMountOverlay))
    func mounting() throws {
        let test = try TestStore("overlay")
        let base = try TestStore.addLayer(test.store, parent: nil, file: "a", content: "one")
        let container = try test.store.createContainer(
            ContainerRequest(
                names: ["c"], image: nil, baseLayer: base.id, files: [(ContainerOwner.workingFile, [])]))
        let path = try test.store.mountLayer(container.layer, readOnly: false)
        #expect(try test.store.mountLayer(container.layer, readOnly: false) == path)
        #expect(try test.store.mountCount(of: container.layer)?.count == 2)
        try Files.replaceFile("\(path)/b", with: [1])
        #expect(Files.exists("\(path)/a"))
        #expect(try test.store.unmountLayer(container.layer))
        #expect(try test.store.unmountLayer(container.layer) == false)
        #expect(!Files.exists("\(path)/a"))
        #expect(Files.exists("\(test.store.driver.contentDirectory(container.layer))/b"))
        #expect(try test.store.mountCount(of: container.layer) == nil)
        _ = try test.store.mountLayer(container.layer, readOnly: false)
        try test.store.deleteContainer(container.id)
        #expect(try test.store.mountCount(of: container.layer) == nil)
        #expect(try test.store.check() == [])
    }

    @Test(
        "a staging layer can be filled through its overlay mount, and becomes the layer",
        .enabled(if: TestStore.canMountOverlay))
    func stagingMount() throws {
        let test = try TestStore("overlay")
        let base = try TestStore.addLayer(test.store, parent: nil, file: "a", content: "one")
        let staging = try test.store.newStagingLayer(parent: base.id)
        let mount = try #require(staging.overlayMount)
        try mount.mount()
        try Files.removeFile("\(mount.target)/a")
        try Files.replaceFile("\(mount.target)/b", with: [2])
        try Mounts.unmount(mount.target, detach: true)
        let top = try test.store.register(staging, diffID: .sha256(of: "x"), diffSize: 1)
        let path = try test.store.mountLayer(top.id, readOnly: true, isRecorded: false)
        #expect(!Files.exists("\(path)/a"))
        #expect(Files.exists("\(path)/b"))
        try Mounts.unmount(path, detach: true)
        #expect(try test.store.check() == [])
    }

    @Test("a copy of a tree keeps all content and attributes")
    func treeCopy() throws {
        let test = try TestStore("vfs")
        let staging = try test.store.newStagingLayer(parent: nil)
        let root = staging.contentDirectory
        try Files.makeDirectories("\(root)/d/e")
        try Files.replaceFile("\(root)/d/file", with: Array(repeating: 7, count: 100_000), mode: 0o4755)
        try Files.link("\(root)/d/file", "\(root)/twin")
        try Files.symlink(target: "../nowhere", at: "\(root)/d/e/link")
        try Files.makeFifo(at: Files.currentDirectory, "\(root)/fifo", mode: 0o640)
        try Files.setTimes(
            at: Files.currentDirectory, "\(root)/d", access: nil,
            modification: FileTime(seconds: 12345, nanoseconds: 678))
        try? ExtendedAttributes.set("user.note", value: [1, 2], of: "\(root)/d/file")
        let base = try test.store.register(staging, diffID: .sha256(of: "t"), diffSize: 1)
        let copied = try test.store.newStagingLayer(parent: base.id)
        let copy = copied.contentDirectory
        let original = test.store.driver.contentDirectory(base.id)
        for name in ["d", "d/e", "d/file", "twin", "d/e/link", "fifo", "."] {
            let (old, new) = (try Files.status("\(original)/\(name)"), try Files.status("\(copy)/\(name)"))
            #expect(old.mode == new.mode && old.links == new.links && old.size == new.size)
            #expect(old.modification == new.modification)
        }
        #expect(try Files.status("\(copy)/twin").inode == Files.status("\(copy)/d/file").inode)
        #expect(try Files.status("\(copy)/twin").inode != Files.status("\(original)/twin").inode)
        #expect(try Files.readFile("\(copy)/twin") == Files.readFile("\(original)/twin"))
        #expect(try Files.readSymlink("\(copy)/d/e/link") == Array("../nowhere".utf8))
        #expect(
            try ExtendedAttributes.get("user.note", of: "\(copy)/twin")
                == ExtendedAttributes.get("user.note", of: "\(original)/twin"))
        copied.discard()
    }
}
