import ContentDigest
import LinuxSystem
import StreamCompression

extension ContainerStore {
    /// Reads all layers of images and compares them with the recorded digests and sizes. Other processes may use the
    /// store meanwhile; a layer that they remove does not count as damaged.
    ///
    /// - Parameter note: called for layers whose content cannot be compared because there is no tar-split data.
    package func damagedContent(note: (String) -> Void = { _ in }) throws(StoreError) -> [StoreProblem] {
        var problems: [StoreProblem] = []
        for layer in try layers() where !layer.isReadOnly {
            guard let diffID = layer.diffID else { continue }
            guard let fault = fault(in: layer, diffID, note) else { continue }
            guard let current = try self.layer(layer.id), current.created == layer.created else { continue }
            problems.append(StoreProblem(.layer(layer.id), "layer \(layer.id): \(fault)"))
        }
        return problems
    }

    private func fault(in layer: LayerRecord, _ diffID: Digest, _ note: (String) -> Void) -> String? {
        do {
            guard let source = try tarStream(of: layer.id) else {
                note("layer \(layer.id): its content cannot be compared with its digest, since it has no tar-split")
                return nil
            }
            let verifier = DigestVerifier(expecting: diffID)
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
            defer { buffer.deallocate() }
            while case let count = try source.read(into: buffer), count > 0 {
                verifier.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
            if layer.diffSize > 0, verifier.byteCount != layer.diffSize {
                return "its content has \(verifier.byteCount) bytes instead of \(layer.diffSize)"
            }
            try verifier.verify()
            return nil
        } catch {
            return "its content is not as recorded: \(error)"
        }
    }
}
