import ContentDigest
import ImageModel
import ImageTransports
import LinuxSystem
import Testing

@testable import ImageCopy

@Suite struct ArtifactStoreTests {
    private struct Broken: Error {}

    private func withStore(_ body: (ArtifactStore, _ root: String) throws -> Void) throws {
        let root = "/tmp/artifacts-\(RandomBytes.hex(8))"
        try Files.makeDirectories(root, mode: 0o700)
        defer { try? Files.removeTree(root) }
        try body(ArtifactStore(graphRoot: root), root)
    }

    /// Writes an artifact with one file, as a copy does.
    private func write(_ content: String, to destination: any ImageDestination) throws -> RawManifest {
        let layer = try destination.putBlob(Array(content.utf8), mediaType: "text/plain")
        try destination.putBlob(Array("{}".utf8), mediaType: .ociEmpty)
        let raw = try RawManifest(encoding: Manifest(artifactType: "x/y", config: .empty, layers: [layer]))
        try destination.putManifest(raw, instance: nil)
        return raw
    }

    private func blobs(_ root: String) throws -> Set<String> {
        let path = "\(root)/artifacts/blobs/sha256"
        guard Files.exists(path) else { return [] }
        return Set(try Files.entries(ofDirectory: path).compactMap { String(validating: $0.name, as: UTF8.self) })
    }

    @Test func aTransferDoesNotLockTheStore() throws {
        try withStore { store, root in
            let file = "\(root)/file"
            try Files.replaceFile(file, with: Array("other".utf8), mode: 0o644, synchronize: false)
            let raw = try store.receive(ArtifactStore.name("example.com/a:1")) { destination in
                let raw = try write("content", to: destination)
                // With a lock held, this would never return.
                _ = try store.add([file], as: ArtifactStore.name("example.com/b:1"), ArtifactStore.Addition())
                try destination.commit()
                return raw
            }
            #expect(try store.list().map(\.name) == ["example.com/b:1", "example.com/a:1"])
            #expect(try store.find("example.com/a:1").digest == raw.digest)
        }
    }

    @Test func aTransferRunsAgainIfOthersRemoveWhatItFound() throws {
        try withStore { store, root in
            var runs = 0
            _ = try store.receive(ArtifactStore.name("example.com/a:1")) { destination in
                runs += 1
                _ = try write("content", to: destination)
                if runs == 1 { try Files.removeTree("\(root)/artifacts/blobs") }
                try destination.commit()
            }
            #expect(runs == 2)
            let artifact = try store.find("example.com/a:1")
            #expect(try store.source(artifact).readBlob(artifact.manifest.layers[0]) == Array("content".utf8))
        }
    }

    @Test func aFailedTransferLeavesNoBlobsOfItsOwn() throws {
        try withStore { store, root in
            _ = try store.receive(ArtifactStore.name("example.com/a:1")) { destination in
                _ = try write("shared", to: destination)
                try destination.commit()
            }
            let before = try blobs(root)
            #expect(throws: Broken.self) {
                try store.receive(ArtifactStore.name("example.com/b:1")) { destination in
                    _ = try write("shared", to: destination)
                    _ = try write("own", to: destination)
                    throw Broken()
                }
            }
            #expect(try blobs(root) == before)
        }
    }
}
