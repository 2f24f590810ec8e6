package import ContainerStore
import ContentDigest
package import ImageModel

/// Records the results of compressing layers, so that known results need not be computed again.
package struct CompressionResults: Sendable {
    private let index: CompressedBlobIndex

    /// The records beside a store.
    package init(of store: ContainerStore) {
        index = CompressedBlobIndex(store.layout)
    }

    /// The digest and size of the layer `diffID` with this compression, if known.
    func known(_ diffID: Digest, _ way: LayerCompressionSettings) -> (digest: Digest, size: Int64)? {
        index.lookup(diffID, compression: way.key).map { ($0.digest, $0.size) }
    }

    /// Records a result.
    func record(_ diffID: Digest, _ way: LayerCompressionSettings, digest: Digest, size: Int64) {
        index.record(diffID, compression: way.key, CompressedBlobIndex.Entry(digest: digest, size: size))
    }
}

/// A compression algorithm with its level.
package struct LayerCompressionSettings: Sendable, Equatable {
    /// The algorithm.
    package var algorithm: LayerCompression
    /// As for `CompressingSink`; nil for the algorithm's default.
    package var level: Int?

    /// Memberwise initializer.
    package init(_ algorithm: LayerCompression, level: Int? = nil) {
        self.algorithm = algorithm
        self.level = level
    }

    /// The parameters of the result, as a key for `CompressedBlobIndex`.
    var key: String { algorithm.rawValue + (level.map { "-\($0)" } ?? "") }
}
