package import ContainerStore
import ContentDigest
package import ImageModel

/// Remembers what compressing layers came to, so that a layer whose result is known and wanted again is not compressed
/// again.
package struct CompressionResults: Sendable {
    private let index: CompressedBlobIndex

    /// The memory beside a store.
    package init(of store: ContainerStore) {
        index = CompressedBlobIndex(store.layout)
    }

    /// The digest and size of the layer `diffID` compressed in this way, when known.
    func known(_ diffID: Digest, _ way: LayerCompressionSettings) -> (digest: Digest, size: Int64)? {
        index.lookup(diffID, compression: way.key).map { ($0.digest, $0.size) }
    }

    /// Puts a result down.
    func record(_ diffID: Digest, _ way: LayerCompressionSettings, digest: Digest, size: Int64) {
        index.record(diffID, compression: way.key, CompressedBlobIndex.Entry(digest: digest, size: size))
    }
}

/// A compression with its level.
package struct LayerCompressionSettings: Sendable, Equatable {
    /// The algorithm.
    package var algorithm: LayerCompression
    /// As `CompressingSink` has it; nil for the algorithm's default.
    package var level: Int?

    /// This algorithm at this level.
    package init(_ algorithm: LayerCompression, level: Int? = nil) {
        self.algorithm = algorithm
        self.level = level
    }

    /// What the result depends on, as `CompressedBlobIndex` wants it.
    var key: String { algorithm.rawValue + (level.map { "-\($0)" } ?? "") }
}
