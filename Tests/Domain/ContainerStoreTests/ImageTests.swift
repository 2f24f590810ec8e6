import ContentDigest
import ImageModel
import LinuxSystem
import Testing

@testable import ContainerStore

@Suite(.enabled(if: TestStore.canKeepLayers, "needs root, be it of a user namespace")) struct ImageTests {
    let test: TestStore
    var store: ContainerStore { test.store }

    init() throws { test = try TestStore("vfs") }

    @Test("an image has its data and digests, and is listed")
    func creating() throws {
        let layer = try TestStore.addLayer(store, parent: nil, file: "a", content: "one")
        let image = try TestStore.addImage(store, names: ["localhost/x:latest"], layer: layer.id, text: "1")
        let listed = try test.another().images()
        #expect(listed == [image])
        #expect(image.bigDataNames.count == 4)
        #expect(image.bigDataSizes["manifest"] == 32)
        #expect(image.digest.map { [$0.description] } == image.digests)
        #expect(try store.bigData(image: image.id, "manifest")?.count == 32)
        #expect(try store.bigData(image: image.id, "nothing") == nil)
        #expect(try store.images(withDigest: try #require(image.digest)).map(\.id) == [image.id])
        #expect(image.created == "1970-01-01T00:00:01Z")
        #expect(try store.check() == [])
        try store.setBigData(image: image.id, key: "manifest", bytes: [1])
        #expect(try store.bigData(image: image.id, "manifest-\(try #require(image.digest))")?.count == 32)
        #expect(throws: StoreError.self) {
            try TestStore.addImage(store, names: [], layer: "missing", text: "2")
        }
    }

    @Test("names move between images, which record them in their history")
    func names() throws {
        let first = try TestStore.addImage(store, names: ["localhost/a:1", "localhost/b:1"], layer: nil, text: "1")
        let second = try TestStore.addImage(store, names: ["localhost/a:1"], layer: nil, text: "2")
        #expect(try store.image(first.id)?.names == ["localhost/b:1"])
        #expect(try store.image(first.id)?.namesHistory == ["localhost/b:1", "localhost/a:1"])
        #expect(try store.image("localhost/a:1")?.id == second.id)
        try store.setNames(image: second.id, ["localhost/c:1", "localhost/b:1", "localhost/c:1"])
        #expect(try test.another().image(first.id)?.names == [])
        try store.removeNames(image: second.id, ["localhost/c:1", "localhost/never:1"])
        try store.addNames(image: second.id, ["localhost/d:1"])
        #expect(try test.another().image(second.id)?.names == ["localhost/b:1", "localhost/d:1"])
        // Creating it again adds names and changes nothing else.
        let again = try TestStore.addImage(store, names: ["localhost/e:1"], layer: nil, text: "2")
        #expect(again.names == ["localhost/b:1", "localhost/d:1", "localhost/e:1"])
        #expect(try store.images().count == 2)
        #expect(try store.check() == [])
    }

    @Test("images are looked up as by Podman")
    func lookup() throws {
        let local = try TestStore.addImage(store, names: ["localhost/app:latest"], layer: nil, text: "1")
        let docker = try TestStore.addImage(
            store, names: ["docker.io/library/alpine:3", "docker.io/library/app:latest"], layer: nil, text: "2")
        let quay = try TestStore.addImage(store, names: ["quay.io/some/tool:v1"], layer: nil, text: "3")
        func id(_ text: String) throws -> String? { try store.image(text)?.id }
        #expect(try id(local.id) == local.id)
        #expect(try id("sha256:\(local.id)") == local.id)
        #expect(try id(String(local.id.prefix(10))) == local.id)
        #expect(try id("app") == local.id)
        #expect(try id("localhost/app") == local.id)
        #expect(try id("docker.io/app") == docker.id)
        #expect(try id("alpine:3") == docker.id)
        #expect(try id("alpine") == nil)
        #expect(try id("tool:v1") == quay.id)
        #expect(try id("some/tool:v1") == quay.id)
        #expect(try id("ool:v1") == nil)
        #expect(try id("quay.io/some/tool@\(try #require(quay.digest))") == quay.id)
        #expect(try id("tool@\(try #require(quay.digest))") == quay.id)
        #expect(try id("quay.io/other/tool@\(try #require(quay.digest))") == nil)
        #expect(try id("Not A Name") == nil)
        #expect(try store.findImage("app")?.name == "localhost/app:latest")
    }

    @Test("deleting an image deletes its unshared layers")
    func deleting() throws {
        let base = try TestStore.addLayer(store, parent: nil, file: "a", content: "one")
        let left = try TestStore.addLayer(store, parent: base.id, file: "b", content: "two")
        let right = try TestStore.addLayer(store, parent: base.id, file: "c", content: "three")
        let top = try TestStore.addLayer(store, parent: right.id, file: "d", content: "four")
        let first = try TestStore.addImage(store, names: ["localhost/l:1"], layer: left.id, text: "1")
        let second = try TestStore.addImage(store, names: ["localhost/r:1"], layer: top.id, text: "2")
        #expect(try store.deleteImage(second.id) == [top.id, right.id])
        #expect(Set(try test.another().layers().map(\.id)) == [base.id, left.id])
        #expect(!Files.exists(store.layout.imageDirectory(second.id)))
        let container = try store.createContainer(
            ContainerRequest(names: ["mine"], image: first.id, baseLayer: left.id))
        let error = #expect(throws: StoreError.self) { try store.deleteImage(first.id) }
        #expect(error?.kind == .inUse)
        #expect(error?.description.contains("mine") == true)
        try store.deleteContainer(container.id)
        #expect(try store.deleteImage(first.id) == [left.id, base.id])
        #expect(try store.layers().isEmpty)
        #expect(try store.check() == [])
        #expect(throws: StoreError.self) { try store.deleteImage(first.id) }
    }

    @Test("images of additional stores are found and can be extended, but are never changed")
    func additionalStore() throws {
        let layer = try TestStore.addLayer(store, parent: nil, file: "a", content: "one")
        let image = try TestStore.addImage(store, names: ["localhost/x:latest"], layer: layer.id, text: "1")
        let upper = try TestStore("vfs", imageStores: [store.layout.graphRoot])
        let found = try #require(try upper.store.image("x"))
        #expect(found.isReadOnly && found.id == image.id)
        #expect(try upper.store.bigData(image: image.id, "manifest") != nil)
        #expect(throws: StoreError.self) { try upper.store.deleteImage(image.id) }
        #expect(throws: StoreError.self) { try upper.store.deleteLayer(layer.id) }
        #expect(throws: StoreError.self) { try upper.store.removeNames(image: image.id, ["localhost/x:latest"]) }
        try upper.store.addNames(image: image.id, ["localhost/y:1"])
        let named = try #require(try upper.store.image("localhost/y:1"))
        #expect(!named.isReadOnly && named.names == ["localhost/x:latest", "localhost/y:1"])
        #expect(try upper.store.bigData(image: image.id, "manifest") == store.bigData(image: image.id, "manifest"))
        #expect(try store.image(image.id)?.names == ["localhost/x:latest"])
        #expect(try upper.store.deleteImage(image.id) == [])
        #expect(try upper.store.image("x")?.isReadOnly == true)
        let top = try TestStore.addLayer(upper.store, parent: layer.id, file: "b", content: "two")
        #expect(Files.exists("\(upper.store.driver.contentDirectory(top.id))/a"))
        #expect(try upper.store.layerChain(top.id).map(\.isReadOnly) == [false, true])
        #expect(try upper.store.check() == [])
    }
}
