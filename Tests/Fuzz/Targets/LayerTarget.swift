import ImageLayers
import StreamCompression
import TarArchive

extension FuzzTarget {
    /// A layer: read entry by entry with its tar-split records, and as a compressed stream.
    static let layer = FuzzTarget(name: "layer") { bytes in
        readArchive(bytes)
        if let plain = try? DecompressingSource(MemorySource(bytes), nil) {
            _ = try? LayerScanner.contents(of: plain)
        }
    }

    private static func readArchive(_ bytes: [UInt8]) {
        var records = 0
        var position = 0
        let observer = TarSplitWriter { records += $0.count }
        let reader = TarReader(
            read: { destination in
                let count = min(destination.count, bytes.count - position)
                guard count > 0 else { return 0 }
                bytes.withUnsafeBytes {
                    destination.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position..<position + count]))
                }
                position += count
                return count
            }, segmentObserver: observer)
        do {
            while let entry = try reader.next() {
                precondition(entry.size >= 0)
                while try reader.withDataChunk({ offset, chunk in
                    precondition(offset >= 0 && chunk.count >= 0)
                }) {}
            }
            precondition(position == bytes.count, "an archive that was accepted was not read to its end")
        } catch {}
    }
}
