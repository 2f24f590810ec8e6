package import ContentDigest
package import ImageLayers

/// A filled staging layer with the details of its archive, ready to become a layer.
package struct LayerRegistration: Sendable {
    /// The layer below.
    package enum Parent: Sendable, Equatable {
        /// The one on top of which the layer was staged.
        case asStaged
        /// The one registered just before in the same call.
        case previous
        /// This one, or none.
        case layer(String?)
    }

    /// The archive as received, or as it will be sent.
    package struct CompressedArchive: Sendable, Equatable {
        /// The digest of the compressed archive.
        package var digest: Digest
        /// Its size in bytes.
        package var size: Int64
        /// As in `layers.json`: 0 uncompressed, 1 bzip2, 2 gzip, 3 xz, 4 zstd.
        package var compression: Int64

        /// Creates an archive description with these values.
        package init(digest: Digest, size: Int64, compression: Int64) {
            self.digest = digest
            self.size = size
            self.compression = compression
        }
    }

    /// The tar-split data that reproduces the archive's exact bytes.
    package enum TarSplit: Sendable {
        /// Gzipped, in memory.
        case gzipped([UInt8])
        /// Gzipped, in the file `StagingLayer.tarSplitPath`.
        case inStagedFile
        /// None: the archive must be recreated when it is needed.
        case none
    }

    /// The filled staging layer.
    package var staging: StagingLayer
    /// The layer below.
    package var parent: Parent
    /// The digest of the uncompressed archive.
    package var diffID: Digest
    /// The size of the uncompressed archive.
    package var diffSize: Int64
    /// The tar-split data of the archive.
    package var tarSplit: TarSplit
    /// User ids that occur, ascending.
    package var uids: [UInt32]
    /// Group ids that occur, ascending.
    package var gids: [UInt32]
    /// nil if the archive was not compressed.
    package var compressed: CompressedArchive?
    /// What applying the archive left open until the layers below are known.
    package var settlement = LayerSettlement()

    /// Creates a registration with these values.
    package init(
        staging: StagingLayer, parent: Parent = .asStaged, diffID: Digest, diffSize: Int64,
        tarSplit: TarSplit = .none, uids: [UInt32] = [], gids: [UInt32] = [], compressed: CompressedArchive? = nil
    ) {
        self.staging = staging
        self.parent = parent
        self.diffID = diffID
        self.diffSize = diffSize
        self.tarSplit = tarSplit
        self.uids = uids
        self.gids = gids
        self.compressed = compressed
    }
}
