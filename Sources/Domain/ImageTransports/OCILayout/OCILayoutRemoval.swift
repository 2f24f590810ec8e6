import ContentDigest
import Glibc
package import ImageModel
import LinuxSystem

/// Removes images from an OCI layout in a directory, with the blobs that no other image of the layout has.
package enum OCILayoutRemoval {
    /// More levels of indexes than anybody needs.
    private static let maximumDepth = 4

    /// Removes the entries of `index.json` that are `unwanted`.
    ///
    /// - Returns: how many there were.
    @discardableResult
    package static func remove(at path: String, where unwanted: (Descriptor) -> Bool) throws -> Int {
        try TransportError.wrapping(path) {
            let directory = try OwnedFD.open(path, O_RDONLY | O_DIRECTORY)
            while flock(directory.raw, LOCK_EX) != 0 {
                guard errno == EINTR else { throw LinuxError("lock", path, code: errno) }
            }
            let count = try removeLocked(at: path, where: unwanted)
            // Releases the lock.
            directory.close()
            return count
        }
    }

    private static func removeLocked(at path: String, where unwanted: (Descriptor) -> Bool) throws -> Int {
        let entries = try OCILayoutSource.images(inLayoutAt: path)
        let removed = entries.indices.filter { unwanted(entries[$0]) }
        guard !removed.isEmpty else { return 0 }
        var abandoned = Set<Digest>()
        var needed = Set<Digest>()
        for place in entries.indices {
            let source = try OCILayoutSource(OCILayoutReference(path: path, index: place))
            let blobs = blobs(of: entries[place], in: source)
            if removed.contains(place) { abandoned.formUnion(blobs) } else { needed.formUnion(blobs) }
        }
        var index = try LayoutIndexDocument(directory: path)
        index.remove(at: removed)
        try index.write(synchronize: false)
        for blob in abandoned.subtracting(needed) {
            let file = "\(path)/\(LayoutPath.blob(blob))"
            if Files.exists(file) { try Files.removeFile(file) }
        }
        return removed.count
    }

    /// The blobs of an image or index, as far as they can be found: an incomplete image can be removed, too.
    private static func blobs(of entry: Descriptor, in source: OCILayoutSource, depth: Int = 0) -> Set<Digest> {
        var found: Set<Digest> = [entry.digest]
        guard depth < maximumDepth, let raw = try? source.manifest(entry.digest) else { return found }
        if let manifest = try? raw.decodeManifest() {
            for blob in [manifest.config] + manifest.layers { found.insert(blob.digest) }
        }
        for listed in (try? raw.decodeIndex())?.manifests ?? [] {
            found.formUnion(blobs(of: listed, in: source, depth: depth + 1))
        }
        return found
    }
}
