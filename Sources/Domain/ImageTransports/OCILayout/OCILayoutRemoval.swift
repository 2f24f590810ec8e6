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
            if removed.contains(place) {
                collectBlobs(of: entries[place], in: source, into: &abandoned)
            } else {
                collectBlobs(of: entries[place], in: source, into: &needed)
            }
        }
        var index = try LayoutIndexDocument(directory: path)
        index.remove(at: removed)
        try index.write(synchronize: false)
        let directory = try RootedDirectory(opening: path)
        for blob in abandoned.subtracting(needed) {
            try removeBlob(blob, in: directory)
        }
        return removed.count
    }

    /// Removes a blob of the layout itself: links could lead to another one.
    private static func removeBlob(_ blob: Digest, in layout: borrowing RootedDirectory) throws {
        let place = "blobs/\(blob.algorithm.rawValue)"
        guard let folder = try? layout.openNoSymlinks(place, OpenFlags.path | O_DIRECTORY) else { return }
        guard unlinkat(folder.raw, blob.hex, 0) == 0 || errno == ENOENT else {
            throw LinuxError("remove", "\(place)/\(blob.hex)", code: errno)
        }
    }

    /// Adds the blobs of an image or index, as far as they can be found: an incomplete image can be removed, too. What
    /// was found already is not looked at again: an index may list another one any number of times.
    private static func collectBlobs(
        of entry: Descriptor, in source: OCILayoutSource, into found: inout Set<Digest>, depth: Int = 0
    ) {
        guard found.insert(entry.digest).inserted, depth < maximumDepth,
            let raw = try? source.manifest(entry.digest)
        else { return }
        if let manifest = try? raw.decodeManifest() {
            for blob in [manifest.config] + manifest.layers { found.insert(blob.digest) }
        }
        for listed in (try? raw.decodeIndex())?.manifests ?? [] {
            collectBlobs(of: listed, in: source, into: &found, depth: depth + 1)
        }
    }
}
