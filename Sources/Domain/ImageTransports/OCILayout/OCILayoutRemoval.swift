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
        try locked(path) {
            let entries = try LayoutEntry.all(in: LayoutDirectory(path: path))
            let removed = entries.indices.filter { place in
                (try? entries[place].descriptor(at: path)).map(unwanted) ?? false
            }
            guard !removed.isEmpty else { return 0 }
            let abandoned = try blobs(of: removed, entries, at: path)
            let needed = try blobs(of: entries.indices.filter { !removed.contains($0) }, entries, at: path)
            var index = try LayoutIndexDocument(directory: path)
            index.remove(at: removed)
            try index.write(synchronize: false)
            try remove(abandoned.subtracting(needed), at: path)
            return removed.count
        }
    }

    /// Removes those of these blobs that no image of the layout has.
    static func removeUnlisted(_ unlisted: Set<Digest>, at path: String) throws {
        guard !unlisted.isEmpty else { return }
        try locked(path) {
            var needed = Set<Digest>()
            if Files.exists("\(path)/\(LayoutPath.index)") {
                let entries = try LayoutEntry.all(in: LayoutDirectory(path: path))
                needed = try blobs(of: Array(entries.indices), entries, at: path)
            }
            try remove(unlisted.subtracting(needed), at: path)
        }
    }

    private static func locked<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        try TransportError.wrapping(path) {
            let directory = try OwnedFD.open(path, O_RDONLY | O_DIRECTORY)
            while flock(directory.raw, LOCK_EX) != 0 {
                guard errno == EINTR else { throw LinuxError("lock", path, code: errno) }
            }
            let result = try body()
            // Releases the lock.
            directory.close()
            return result
        }
    }

    /// The blobs of these entries. A malformed one has none that could be known.
    private static func blobs(of places: [Int], _ entries: [LayoutEntry], at path: String) throws -> Set<Digest> {
        var found = Set<Digest>()
        for place in places {
            guard let entry = try? entries[place].descriptor(at: path) else { continue }
            let source = try OCILayoutSource(OCILayoutReference(path: path, index: place))
            collectBlobs(of: entry, in: source, into: &found)
        }
        return found
    }

    private static func remove(_ blobs: Set<Digest>, at path: String) throws {
        let directory = try RootedDirectory(opening: path)
        for blob in blobs { try removeBlob(blob, in: directory) }
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
