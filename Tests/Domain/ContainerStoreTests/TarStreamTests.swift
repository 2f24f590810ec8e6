import ContentDigest
import LinuxSystem
import StreamCompression
import Testing

@testable import ContainerStore

@Suite(.enabled(if: TestStore.canKeepLayers, "needs root, be it of a user namespace")) struct TarStreamTests {
    @Test("a layer's archive is reproduced byte for byte, or not at all", arguments: TestStore.drivers)
    func roundTrip(_ driver: String) throws {
        let test = try TestStore(driver)
        let base = try TestImage.addLayer(
            test.store, parent: nil, [.init(name: "a", content: Array(repeating: 9, count: 70_000))])
        let top = try TestImage.addLayer(
            test.store, parent: base.id,
            [.init(name: "empty", content: []), .init(name: "b", content: Array("text".utf8), mode: 0o4711)])
        for layer in [base, top] { #expect(try digest(of: layer, test.store) == layer.diffID) }
        try Files.replaceFile("\(test.store.driver.contentDirectory(top.id))/b", with: Array("TEXT".utf8))
        #expect(throws: (any Error).self) { try digest(of: top, test.store) }
        let bare = try TestStore.addLayer(test.store, parent: nil, file: "c", content: "three")
        #expect(try test.store.tarStream(of: bare.id) == nil)
        #expect(throws: StoreError.self) { try test.store.tarStream(of: "missing") }
    }

    private func digest(of layer: LayerRecord, _ store: ContainerStore) throws -> Digest? {
        let digester = SHA256Stream()
        try store.tarStream(of: layer.id)?.copy(to: ClosureSink { digester.update($0) })
        return digester.finalize()
    }
}
