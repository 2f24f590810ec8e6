package import ImageModel
package import StreamCompression
import TarArchive

/// Examines a layer's archive without unpacking it.
package enum LayerScanner {
    /// A summary of the archive. Reads `archive`, uncompressed tar, to its end, in bounded memory.
    ///
    /// Throws whatever the source throws, and `TarError` when it is not an archive.
    package static func contents(of archive: any ByteSource) throws -> LayerContents {
        var size: Int64 = 0
        let reader = TarReader(read: { buffer in
            let count = try archive.read(into: buffer)
            size += Int64(count)
            return count
        })
        var survey = Survey()
        while let entry = try reader.next() { survey.add(entry) }
        survey.contents.archiveSize = size
        return survey.contents
    }

    private struct Survey {
        var contents = LayerContents()
        private var hasSeveralOwners = false

        mutating func add(_ entry: TarEntry) {
            let path = LayerScanner.path(entry.name)
            if path.isEmpty { return }
            let base = path.split(separator: "/").last ?? ""
            if base.hasPrefix(".wh.") {
                // Other names reserved by aufs are ignored.
                if base == ".wh..wh..opq" || !base.hasPrefix(".wh..wh.") { contents.removed += 1 }
                return
            }
            if entry.kind == .directory {
                contents.directories += 1
                return
            }
            contents.files += 1
            note(LayerContents.Owner(uid: entry.uid, gid: entry.gid))
            if contents.names.count < LayerContents.maximumNames { contents.names.append(path) }
            guard entry.kind == .regular else { return }
            let (sum, overflow) = contents.bytes.addingReportingOverflow(entry.size)
            contents.bytes = overflow ? Int64.max : sum
            note(LayerContents.File(path: path, size: entry.size))
        }

        private mutating func note(_ owner: LayerContents.Owner) {
            if hasSeveralOwners { return }
            if contents.files == 1 {
                contents.owner = owner
            } else if contents.owner != owner {
                contents.owner = nil
                hasSeveralOwners = true
            }
        }

        private mutating func note(_ file: LayerContents.File) {
            if contents.largest.count == LayerContents.maximumLargest, let last = contents.largest.last,
                last.size >= file.size
            {
                return
            }
            let place = contents.largest.firstIndex { $0.size < file.size } ?? contents.largest.count
            contents.largest.insert(file, at: place)
            if contents.largest.count > LayerContents.maximumLargest { contents.largest.removeLast() }
        }
    }

    /// Without `./` and without leading and trailing slashes.
    private static func path(_ name: [UInt8]) -> String {
        let parts = name.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(CollectionOfOne(0x2e)) }
        return parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
    }
}
