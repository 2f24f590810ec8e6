import ContainerStore
import Glibc
import ImageLayers
import ImageModel
import LinuxSystem
import StreamCompression
import WorkingContainers

/// Makes one layer of all layers of an image (`--squash`).
enum SquashedImage {
    /// - Returns: the draft with one layer and without a history of its own for the layers that are gone.
    static func squash(_ draft: ImageDraft, in store: ContainerStore, session: BuildSession) throws -> ImageDraft {
        guard draft.layers.count > 1 else { return draft }
        let merged = try ReadOnlyRoot(of: draft.topLayer, in: store)
        defer { merged.close() }
        let root = try WritableRoot(over: nil, in: store)
        do {
            try root.withFiles { files in
                try copyTree(from: merged.path, to: files, modification: session.fileTime, single: store.isSingleID)
            }
            guard case .layer(let layer) = try root.commit(modification: session.fileTime) else { return draft }
            var squashed = draft
            squashed.topLayer = nil
            squashed.layers = []
            try squashed.add(layer)
            let history = draft.config.history ?? []
            squashed.config.history = history.enumerated().map { index, entry in
                var entry = entry
                entry.emptyLayer = index == history.count - 1 ? nil : true
                return entry
            }
            return squashed
        } catch {
            root.discard()
            throw error
        }
    }

    /// Copies a tree as a layer's archive would carry it: written on one thread, applied on another, through a pipe.
    private static func copyTree(
        from source: String, to target: String, modification: FileTime?, single: Bool
    ) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw LinuxError("pipe", "", code: errno) }
        let reader = OwnedFD(adopting: ends[0])
        let writer = FailureBox()
        let output = ends[1]
        let thread = try PlainThread {
            defer { _ = Glibc.close(output) }
            do {
                let sink = FileDescriptorSink(fd: output)
                let maker = try LayerMaker(
                    directory: source, content: .wholeTree(parent: nil),
                    options: LayerMaker.Options(modification: modification), archive: { try sink.write($0) })
                _ = try maker.make()
            } catch {
                writer.set(error)
            }
        }
        let options = ApplyOptions(
            whiteouts: .literal, ignoreUnmappedOwners: single, makesDevices: geteuid() == 0)
        do {
            let applier = try LayerApplier(directory: target, options: options)
            _ = try applier.apply(FileDescriptorSource(fd: reader.raw))
        } catch {
            // Without a reader the writer ends too; its own failure says more than the broken archive that came of it.
            reader.close()
            thread.join()
            throw writer.error ?? error
        }
        thread.join()
        if let error = writer.error { throw error }
    }
}
