package import ContainerStore
import Glibc
package import ImageLayers
import LinuxSystem
import StreamCompression

/// Creates an image layer from existing files: reads, digests and writes them to a new layer in one pass.
package enum LayerSnapshot {
    /// - Parameters:
    ///   - directory: the files, described by `content`.
    ///   - parent: the parent of the new layer; nil for none.
    ///   - modification: the modification times of the files in the archive and the layer.
    ///   - additions: files from elsewhere.
    package static func take(
        of directory: String, content: LayerMaker.Content, upon parent: String?, modification: ModificationTimes,
        additions: [LayerMaker.Addition] = [], in store: ContainerStore
    ) throws -> LayerRecord {
        let options = LayerMaker.Options(modification: modification, additions: additions)
        let staging = try store.newStagingLayer(parent: parent)
        do {
            let facts = try copy(from: directory, content, to: staging, options, store)
            return try store.register(
                staging, diffID: facts.diffID, diffSize: facts.size, tarSplit: .inStagedFile, uids: facts.uids,
                gids: facts.gids)
        } catch {
            staging.discard()
            throw error
        }
    }

    /// Copies the files through a layer archive: written on one thread, applied on another, connected by a pipe.
    private static func copy(
        from directory: String, _ content: LayerMaker.Content, to staging: StagingLayer,
        _ chosen: LayerMaker.Options, _ store: ContainerStore
    ) throws -> LayerMeasurements {
        var chosen = chosen
        chosen.parentRoot = staging.initialRoot
        let options = chosen
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw LinuxError("pipe", code: errno) }
        let reader = OwnedFD(adopting: ends[0])
        let output = ends[1]
        let failure = ErrorBox()
        let thread = try PlainThread {
            defer { _ = Glibc.close(output) }
            do {
                let sink = FileDescriptorSink(fd: output)
                let maker = try LayerMaker(
                    directory: directory, content: content, options: options, archive: { try sink.write($0) })
                _ = try maker.make()
            } catch {
                failure.set(error)
            }
        }
        let facts: LayerMeasurements
        do {
            facts = try apply(reader.raw, to: staging, store)
        } catch {
            // The writer's own error is more informative than the broken archive it caused. Without a reader it ends.
            let cause = failure.error ?? error
            reader.close()
            thread.join()
            throw cause
        }
        reader.close()
        thread.join()
        if let error = failure.error { throw error }
        return facts
    }

    private static func apply(_ archive: Int32, to staging: StagingLayer, _ store: ContainerStore) throws
        -> LayerMeasurements
    {
        let applier = try store.applier(for: staging)
        return try staging.recordingTarSplit { tarSplit in
            try applier.apply(FileDescriptorSource(fd: archive), tarSplit: tarSplit)
        }
    }
}
