package import ContentDigest
package import ImageModel
package import LinuxSystem

/// The result of a build step in a cache that is kept outside of the store.
package struct CachedStep: Sendable, Equatable {
    /// A layer, and the blob that has it.
    package struct Layer: Sendable, Equatable {
        /// The digest of the uncompressed archive.
        package var diffID: Digest
        /// The size of the uncompressed archive in bytes; nil if it is not known.
        package var size: Int64?
        /// The archive as stored. Has neither addresses nor embedded data: only the cache itself may be asked for it.
        package var blob: Descriptor

        /// Memberwise initializer.
        package init(diffID: Digest, size: Int64?, blob: Descriptor) {
            self.diffID = diffID
            self.size = size
            self.blob = Descriptor(mediaType: blob.mediaType, digest: blob.digest, size: blob.size)
        }
    }

    /// The digest of all inputs of the step: 64 hexadecimal digits.
    package var key: String
    /// The id of the layer below the step; nil for none. Ids of layers are digests of content.
    package var parent: String?
    /// The layer that the step made; nil if it changed nothing.
    package var layer: Layer?
    /// When the step ran.
    package var created: FileTime
    /// A description for people.
    package var note: String

    /// Memberwise initializer.
    package init(key: String, parent: String?, layer: Layer?, created: FileTime, note: String = "") {
        self.key = key
        self.parent = parent
        self.layer = layer
        self.created = created
        self.note = note
    }
}

/// Why a cache cannot be read.
package struct BuildCacheError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, naming the record.
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
