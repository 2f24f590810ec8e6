import JSONText
import LinuxSystem
import Testing

@testable import ContainerStore

@Suite(.enabled(if: TestStore.canKeepLayers, "needs root, be it of a user namespace")) struct ContainerTests {
    @Test("a container has its own layer, files and a record", arguments: TestStore.drivers)
    func creating(_ driver: String) throws {
        let test = try TestStore(driver)
        let base = try TestStore.addLayer(test.store, parent: nil, file: "a", content: "one")
        let image = try TestStore.addImage(test.store, names: ["localhost/x:latest"], layer: base.id, text: "1")
        let container = try test.store.createContainer(
            ContainerRequest(
                names: ["x-working-container"], image: image.id, baseLayer: base.id,
                files: [("buildah.json", Array("{}".utf8))]))
        let other = try test.another()
        #expect(try other.containers() == [container])
        #expect(try other.container("x-working-container")?.id == container.id)
        #expect(try other.container(String(container.id.prefix(12)))?.id == container.id)
        #expect(try other.container("x") == nil)
        #expect(try other.layer(container.layer)?.parent == base.id)
        #expect(try other.file(container: container.id, "buildah.json") == Array("{}".utf8))
        #expect(
            try Files.status("\(test.store.layout.containerUserData(container.id))/buildah.json").permissions == 0o600)
        #expect(container.flags["Volatile"] == true)
        try other.setFile(container: container.id, "buildah.json", [1])
        try other.setBigData(container: container.id, key: "Some-Data", bytes: [5])
        try other.setMetadata(container: container.id, "text")
        #expect(try test.store.bigData(container: container.id, "Some-Data") == [5])
        #expect(try test.store.container(container.id)?.metadata == "text")
        #expect(throws: StoreError.self) { try other.setFile(container: container.id, "../x", [1]) }
        #expect(try test.store.check() == [])
        #expect(Files.exists(try test.store.runDirectory(container: container.id)))
        try other.deleteContainer(container.id)
        #expect(try test.store.containers().isEmpty)
        #expect(try test.store.layers().map(\.id) == [base.id])
        #expect(!Files.exists(test.store.layout.containerDirectory(container.id)))
        #expect(!Files.exists(test.store.layout.containerRunDirectory(container.id)))
        #expect(try test.store.check() == [])
    }

    @Test("a name belongs to a single container")
    func names() throws {
        let test = try TestStore("vfs")
        let first = try test.store.createContainer(ContainerRequest(names: ["a"], image: nil, baseLayer: nil))
        let error = #expect(throws: StoreError.self) {
            try test.store.createContainer(ContainerRequest(names: ["a"], image: nil, baseLayer: nil))
        }
        #expect(error?.kind == .exists)
        #expect(error?.description.contains(first.id) == true)
        #expect(try test.store.layers().count == 1)
        let second = try test.store.createContainer(ContainerRequest(names: ["b"], image: nil, baseLayer: nil))
        #expect(throws: StoreError.self) { try test.store.setNames(container: second.id, ["a"]) }
        try test.store.setNames(container: first.id, ["c"])
        try test.store.setNames(container: second.id, ["a"])
        #expect(try test.another().container("a")?.id == second.id)
        #expect(try test.store.check() == [])
    }

    @Test("records stay in the file that they were read from")
    func volatileRecords() throws {
        let test = try TestStore("vfs")
        let id = RandomBytes.hex(32)
        let text = "[{\"id\":\"\(id)\",\"image\":\"\",\"layer\":\"\",\"created\":\"x\",\"names\":[\"v\"]}]"
        try Files.replaceFile(test.store.layout.volatileContainersFile, with: Array(text.utf8))
        #expect(try test.store.container("v")?.isVolatile == true)
        try test.store.setMetadata(container: id, "m")
        let stable = try test.store.createContainer(ContainerRequest(names: ["s"], image: nil, baseLayer: nil))
        let volatileText = try JSONValue(parsing: Files.readFile(test.store.layout.volatileContainersFile))
        let stableText = try JSONValue(parsing: Files.readFile(test.store.layout.containersFile))
        #expect(volatileText.array?.map { $0["id"]?.string } == [id])
        #expect(volatileText[0]?["metadata"] == "m")
        #expect(stableText.array?.map { $0["id"]?.string } == [stable.id])
    }
}
