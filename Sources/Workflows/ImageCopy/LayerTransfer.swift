import ContentDigest
import ImageEncryption
import ImageModel
import ImageTransports
import ProgressEvents
import StreamCompression

/// Transfers one layer.
struct LayerTransfer: Sendable {
    /// The change to the layer's bytes.
    enum Change: Sendable, Equatable {
        case none
        /// Compressed anew, whatever they were.
        case compress(LayerCompressionSettings)
        case decompress
    }

    /// The change to the layer's secrecy.
    enum Secrecy: Sendable {
        case unchanged
        case decrypt(LayerCipher)
        case encrypt(LayerEncryption)

        var isChange: Bool { if case .unchanged = self { false } else { true } }
    }

    /// The descriptor in the manifest.
    let listed: Descriptor
    /// The descriptor of the readable form; of a layer to decrypt, with the type of its content.
    let readable: Descriptor
    /// The digest of the uncompressed archive, if the configuration has it.
    let diffID: Digest?
    let change: Change
    /// Whether the layer is left in another compression if the destination already has it in that.
    var mayStay = true
    var secrecy = Secrecy.unchanged
    /// What it is to those who watch: an artifact's configuration is copied like its layers.
    var kind = ProgressEvent.BlobKind.layer

    /// The descriptor with the layer's final type.
    var plannedDescriptor: Descriptor {
        var result = readable
        switch change {
        case .none: break
        case .compress(let way): result = changed(to: way.algorithm)
        case .decompress: result = changed(to: .none)
        }
        if case .encrypt = secrecy { result.mediaType = result.mediaType.encrypted ?? result.mediaType }
        return result
    }

    /// Transfers the layer to the destination.
    ///
    /// - Parameter threads: how many threads are useful for changing it.
    /// - Returns: its descriptor there; the listed one if the result is identical.
    func run(_ task: CopyTask, threads: Int) throws -> Descriptor {
        let result = try bring(task, threads)
        let isAsListed = result.digest == listed.digest && result.mediaType == listed.mediaType
        return isAsListed ? listed : result
    }

    private func bring(_ task: CopyTask, _ threads: Int) throws -> Descriptor {
        if change == .none, !secrecy.isChange, readable.urls?.isEmpty == false,
            readable.mediaType.isNonDistributableLayer,
            task.destination.leavesForeignLayersOut
        {
            task.report(.blobDone(digest: readable.digest.description, kind: kind, outcome: .skipped))
            return readable
        }
        for candidate in candidates(task.options.forms) {
            if try task.destination.reuseBlob(candidate, from: task.source.origins) {
                task.report(.blobDone(digest: candidate.digest.description, kind: kind, outcome: .skipped))
                return candidate
            }
        }
        task.report(.blobStarted(digest: readable.digest.description, kind: kind, size: readable.size))
        let result = try stream(task, threads)
        task.report(.blobDone(digest: readable.digest.description, kind: kind, outcome: .copied))
        return result
    }

    /// Whether the destination has the layer as listed, or is known to get it.
    func isPreserved(_ task: CopyTask) throws -> Bool {
        if secrecy.isChange { return false }
        if readable.digest == listed.digest { return change == .none }
        if try task.destination.reuseBlob(listed, from: task.source.origins) { return true }
        guard case .compress(let way) = change, let diffID else { return false }
        return task.options.forms?.known(diffID, way)?.digest == listed.digest
    }

    /// Whether the size of the readable form can be written into a manifest; schema 1 has none.
    private var isSizeKnown: Bool { readable.size >= 0 || diffID == nil }

    /// Candidate descriptors that the destination may already have.
    private func candidates(_ forms: CompressionResults?) -> [Descriptor] {
        // A new key makes new bytes, and what a layer decrypts to is not known.
        guard !secrecy.isChange else { return [] }
        guard case .compress(let way) = change else { return change == .none && isSizeKnown ? [readable] : [] }
        var found: [Descriptor] = []
        // A store unpacks its layers; the original archive is as good as a new one.
        if listed.digest != readable.digest, listed.mediaType.layerCompression == way.algorithm { found.append(listed) }
        if let diffID, let known = forms?.known(diffID, way) {
            found.append(changed(to: way.algorithm, digest: known.digest, size: known.size))
        }
        if mayStay, readable.mediaType.layerCompression != LayerCompression.none { found.append(readable) }
        return found
    }

    private func stream(_ task: CopyTask, _ threads: Int) throws -> Descriptor {
        if change == .none, !secrecy.isChange {
            var offer = BlobOffer(expected: plainDescriptor, identity: readable.digest.description) {
                // The destination verifies what it is given. Data embedded in the manifest is not requested from the
                // source.
                let source =
                    try readable.data == nil
                    ? task.source.openBlob(readable).source : task.source.openVerifiedBlob(readable)
                return CountedSource(source, digest: readable.digest, task.report)
            }
            if let remote = task.source as? any RemoteImageSource, readable.data == nil, readable.urls == nil {
                offer.openRest = { offset in
                    let rest = try remote.openBlob(readable, from: offset)
                    return CountedSource(rest, digest: readable.digest, from: offset, task.report)
                }
            }
            let written = try task.destination.putBlob(offer)
            var result = readable
            if result.size < 0 { result.size = written.size }
            return result
        }
        let (result, found) = try CopyError.naming("layer \(readable.digest)") { try streamChanged(task, threads) }
        if let diffID, let found, diffID.algorithm == found.algorithm, diffID != found {
            throw CopyError(.mismatch, "layer \(readable.digest): the uncompressed layer is \(found), not \(diffID)")
        }
        if case .compress(let way) = change, !secrecy.isChange, let found {
            task.options.forms?.record(found, way, digest: result.digest, size: result.size)
        }
        return result
    }

    /// The descriptor without members that only concern the manifest.
    private var plainDescriptor: Descriptor {
        Descriptor(mediaType: readable.mediaType, digest: readable.digest, size: readable.size, urls: readable.urls)
    }

    func changed(to compression: LayerCompression, digest: Digest? = nil, size: Int64? = nil) -> Descriptor {
        var result = readable
        result.mediaType =
            readable.mediaType.withLayerCompression(compression) ?? MediaType.ociLayer.withLayerCompression(compression)
            ?? readable.mediaType
        if let digest { result.digest = digest }
        if let size { result.size = size }
        // Both apply only to the old bytes.
        if result.digest != readable.digest { (result.data, result.urls) = (nil, nil) }
        // Tables of contents of seekable archives apply only to the old bytes.
        let kept = readable.annotations?.filter { key, _ in
            !key.hasPrefix("io.github.containers.zstd-chunked.") && !key.hasPrefix("containerd.io/snapshot/stargz/")
        }
        result.annotations = kept?.isEmpty == false ? kept : nil
        return result
    }
}

extension LayerCompressionSettings {
    var compression: Compression {
        switch algorithm {
        case .none: .none
        case .gzip: .gzip
        case .zstd: .zstd
        }
    }
}

/// Reports how much of a blob has been read.
final class CountedSource: ByteSource {
    private let upstream: any ByteSource
    private let digest: String
    private let report: ProgressHandler
    private var total: Int64
    private var told: Int64

    /// - Parameter offset: the number of bytes already transferred.
    init(_ upstream: any ByteSource, digest: Digest, from offset: Int64 = 0, _ report: @escaping ProgressHandler) {
        (total, told) = (offset, offset)
        self.upstream = upstream
        self.digest = digest.description
        self.report = report
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try upstream.read(into: buffer)
        total += Int64(count)
        // Often enough for a smooth display.
        if total - told >= 1 << 20 || (count == 0 && told != total) {
            told = total
            report(.blobAdvanced(digest: digest, bytes: total))
        }
        return count
    }
}
