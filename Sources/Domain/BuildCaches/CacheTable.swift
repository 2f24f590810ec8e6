import ContentDigest
package import ImageModel

/// The steps in a cache: the content of a BuildKit cache configuration (`application/vnd.buildkit.cacheconfig.v0`).
///
/// The document has BuildKit's structure, so that its tools read such a cache without failing: a table of layers, and
/// records whose digest is the step's key. What BuildKit does not have is in a member of the record, which it ignores.
/// The keys of the two builders have nothing in common: neither finds a step of the other.
package struct CacheTable: Sendable, Equatable {
    /// The type of the document.
    package static let mediaType: MediaType = "application/vnd.buildkit.cacheconfig.v0"
    /// The largest document that is read, in bytes.
    package static let maximumSize = 16 << 20
    /// The most records and layers that are read.
    package static let maximumCount = 50_000
    /// The member of a record with what BuildKit does not have.
    static let ownMember = "swiftlet"
    /// The annotation of a blob with the digest of the uncompressed archive.
    static let uncompressed = "containerd.io/uncompressed"

    /// The steps by key.
    package private(set) var steps: [String: CachedStep] = [:]
    /// The number of records of other builders.
    package private(set) var foreignRecords = 0
    /// The keys in the order in which they were added.
    private(set) var order: [String] = []

    /// A table with these steps; of several with the same key, the first.
    package init(_ steps: [CachedStep] = []) {
        for step in steps { add(step) }
    }

    mutating func add(_ step: CachedStep) {
        guard steps[step.key] == nil else { return }
        steps[step.key] = step
        order.append(step.key)
    }

    mutating func noteForeignRecord() { foreignRecords += 1 }

    /// The blobs of all layers, each once, in the order of the steps.
    package var blobs: [Descriptor] {
        var seen: Set<String> = []
        return order.compactMap { key in
            guard let layer = steps[key]?.layer, seen.insert(layer.blob.digest.description).inserted else { return nil }
            var blob = layer.blob
            blob.annotations = [Self.uncompressed: layer.diffID.description]
            return blob
        }
    }
}
