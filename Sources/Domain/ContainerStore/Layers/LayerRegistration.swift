package import ContentDigest

/// A filled staging layer with what is known of its archive, ready to become a layer.
package struct LayerRegistration: Sendable {
    /// The layer below.
    package enum Parent: Sendable, Equatable {
        /// The one that the layer was staged upon.
        case asStaged
        /// The one registered just before in the same call.
        case previous
        /// This one, or none.
        case layer(String?)
    }

    /// The archive as it was received, or is going to be sent.
    package struct CompressedArchive: Sendable, Equatable {
        /// The digest of the archive as it is.
        package var digest: Digest
        /// Its length in bytes.
        package var size: Int64
        /// As `layers.json` says it: 0 not compressed, 1 bzip2, 2 gzip, 3 xz, 4 zstd.
        package var compression: Int64

        /// An archive with these values.
        package init(digest: Digest, size: Int64, compression: Int64) {
            self.digest = digest
            self.size = size
            self.compression = compression
        }
    }

    /// The lines that give the archive's exact bytes back.
    package enum TarSplit: Sendable {
        /// Gzipped, in memory.
        case gzipped([UInt8])
        /// Gzipped, in the file `StagingLayer.tarSplitPath`.
        case inStagedFile
        /// There are none: the archive has to be made anew when it is wanted.
        case none
    }

    /// What has been filled.
    package var staging: StagingLayer
    /// The layer that it comes to lie upon.
    package var parent: Parent
    /// The digest of the uncompressed archive.
    package var diffID: Digest
    /// The length of the uncompressed archive.
    package var diffSize: Int64
    /// The lines that give the archive back.
    package var tarSplit: TarSplit
    /// Owners that occur, ascending.
    package var uids: [UInt32]
    /// Groups that occur, ascending.
    package var gids: [UInt32]
    /// nil: the archive was not compressed.
    package var compressed: CompressedArchive?

    /// A registration with these values.
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
