import ContentDigest
import ImageModel
import LinuxSystem
import Testing

@testable import ContainerStore

@Suite(.enabled(if: TestStore.canKeepLayers, "needs root, be it of a user namespace")) struct LookupTests {
    let test: TestStore
    var store: ContainerStore { test.store }

    init() throws { test = try TestStore("vfs") }

    @Test("a name wins over an id that begins like it, in every form of the name")
    func namesBeforePrefixes() throws {
        let stranger = try TestStore.addImage(store, names: [], layer: nil, text: "stranger")
        for length in [2, 4, 12] {
            let name = String(stranger.id.prefix(length))
            #expect(try store.findImage(name)?.image.id == stranger.id)
            for registry in ["quay.io/some", "docker.io/library", "localhost"] {
                let full = "\(registry)/\(name):latest"
                let named = try TestStore.addImage(store, names: [full], layer: nil, text: full)
                #expect(try store.findImage("\(registry)/\(name)")?.image.id == named.id)
                // The end of a name of any registry comes last.
                let expected = registry == "quay.io/some" ? stranger.id : named.id
                #expect(try store.findImage(name)?.image.id == expected, "\(full)")
                #expect(try store.findImage(name)?.name == (registry == "quay.io/some" ? nil : full))
                #expect(try store.findImage("\(name):latest")?.name == full)
            }
            #expect(try store.findImage("\(name):other") == nil)
        }
        #expect(try store.findImage(stranger.id)?.image.id == stranger.id)
        let name = String(stranger.id.prefix(4))
        let named = try #require(try store.image(name))
        #expect(try store.removeImage(name, isForced: false) == .deleted(id: named.id, names: named.names))
        #expect(try store.image(stranger.id) != nil)
    }

    @Test("ids are complete, or begin unambiguously")
    func identifiers() throws {
        let image = try TestStore.addImage(store, names: ["localhost/app:latest"], layer: nil, text: "1")
        let digest = try #require(image.digest)
        let other = String(repeating: "0", count: 64)
        func id(_ text: String) throws -> String? { try store.image(text)?.id }
        #expect(try id("sha256:\(image.id)") == image.id)
        #expect(try id("sha256:\(other)") == nil)
        #expect(try id(String(image.id.dropLast())) == image.id)
        #expect(try id("\(image.id)0") == nil)
        #expect(try id(image.id.uppercased()) == nil)
        #expect(try id("") == nil)
        #expect(throws: StoreError.self) { try id("sha256:\(image.id.prefix(12))") }
        // The digest decides, whatever the tag.
        #expect(try id("app:none@\(digest)") == image.id)
        #expect(try id("app@sha256:\(other)") == nil)
        for number in 0..<17 { try TestStore.addImage(store, names: [], layer: nil, text: "more \(number)") }
        let prefixes = try store.images().map { String($0.id.prefix(1)) }
        let shared = try #require(prefixes.first { prefix in prefixes.filter { $0 == prefix }.count > 1 })
        let error = #expect(throws: StoreError.self) { try id(shared) }
        #expect(error?.kind == .ambiguous)
        let named = try TestStore.addImage(store, names: ["localhost/\(shared):latest"], layer: nil, text: "named")
        #expect(try id(shared) == named.id)
    }

    @Test("the end of a name respects whole parts of it")
    func endsOfNames() throws {
        let tool = try TestStore.addImage(store, names: ["quay.io/some/tool:v1"], layer: nil, text: "1")
        func id(_ text: String) throws -> String? { try store.image(text)?.id }
        #expect(try id("some/tool:v1") == tool.id)
        #expect(try id("ool:v1") == nil)
        #expect(try id("library/tool:v1") == nil)
        #expect(try id("tool") == nil)
        let second = try TestStore.addImage(store, names: ["example.com/tool:v1"], layer: nil, text: "2")
        #expect(throws: StoreError.self) { try id("tool:v1") }
        #expect(try id("example.com/tool:v1") == second.id)
    }

    @Test("the transport knows Docker Hub's names and ids of at least three digits")
    func transport() throws {
        let local = try TestStore.addImage(store, names: ["localhost/app:latest"], layer: nil, text: "1")
        let docker = try TestStore.addImage(store, names: ["docker.io/library/app:latest"], layer: nil, text: "2")
        let digest = try #require(docker.digest)
        func id(_ text: String) throws -> String? { try store.findImage(inTransport: text)?.image.id }
        #expect(try id("app") == docker.id)
        #expect(try id("localhost/app") == local.id)
        #expect(try id("app@\(digest)") == docker.id)
        #expect(try id("app@\(docker.id)") == docker.id)
        #expect(try id("app@\(docker.id.prefix(5))") == docker.id)
        #expect(try id("app@\(local.id)") == nil)
        #expect(try id("@\(local.id)") == local.id)
        #expect(try id("@\(local.id.prefix(5))") == local.id)
        #expect(try id(local.id) == local.id)
        #expect(try id(String(local.id.prefix(3))) == local.id)
        #expect(try id(String(local.id.prefix(2))) == nil)
        let name = String(local.id.prefix(4))
        let named = try TestStore.addImage(
            store, names: ["docker.io/library/\(name):latest"], layer: nil, text: "3")
        #expect(try id(name) == named.id)
    }

    @Test("where containers and images are possible, only names and ids of containers come before images")
    func containersAndImages() throws {
        let first = try store.createContainer(ContainerRequest(names: ["first"], image: nil, baseLayer: nil))
        let prefix = String(first.id.prefix(4))
        #expect(try store.container(prefix)?.id == first.id)
        #expect(try store.containerRatherThanImage(prefix)?.id == first.id)
        try TestStore.addImage(
            store, names: ["localhost/\(prefix):latest", "localhost/first:latest"], layer: nil, text: "1")
        #expect(try store.containerRatherThanImage(prefix) == nil)
        #expect(try store.containerRatherThanImage("first")?.id == first.id)
        #expect(try store.containerRatherThanImage(first.id)?.id == first.id)
        #expect(try store.container(prefix)?.id == first.id)
        let second = try store.createContainer(ContainerRequest(names: [prefix], image: nil, baseLayer: nil))
        #expect(try store.container(prefix)?.id == second.id)
    }
}
