import ContentDigest
import ImageModel
import ImageTransports
import JSONText
import ProgressEvents
import StreamCompression

/// A copy operation: source, destination and options.
struct CopyTask {
    var source: any ImageSource
    let destination: any ImageDestination
    let options: CopyOptions
    let report: ProgressHandler
    /// Whether signatures are copied, so that the manifest must not change.
    var isSigned = false
    /// Whether the manifest must not change for any reason.
    var isPinned: Bool { isSigned || options.preservesDigests }

    // MARK: One image

    /// Copies an image without its signatures.
    ///
    /// - Parameter isInstance: whether it belongs to an index at the destination.
    /// - Returns: the manifest that was written.
    func copyContent(_ raw: RawManifest, isInstance: Bool) throws -> RawManifest {
        if raw.mediaType.isSchema1 { return try copySchema1(raw, isInstance: isInstance) }
        guard raw.mediaType == .ociManifest || raw.mediaType == .dockerManifest else {
            throw CopyError(
                .unsupported, "\(source.description): manifests of type \(raw.mediaType) are not supported")
        }
        var manifest = try CopyError.naming("\(source.description): manifest \(raw.digest)") {
            try raw.decodeManifest()
        }
        if manifest.isArtifact { return try copyArtifact(raw, manifest, isInstance: isInstance) }
        let original = manifest
        let target = try targetType(of: raw, manifest)
        if options.preservesDigests, target != raw.mediaType { throw notPreserved(raw) }
        let config = try source.readBlob(manifest.config)
        // Detects an inconvertible manifest before transferring any layer.
        let plan = try LayerPlan(manifest, config: config, target: target, task: self)
        manifest.layers = plan.plannedDescriptors
        if target.isSchema1 {
            return try writeSchema1(manifest, config: config, plan: plan, isInstance: isInstance)
        }
        _ = try ManifestConversion.convert(manifest, to: target)
        if isPinned, try !plan.canBePreserved() {
            guard !isSigned else { throw Immutability.layers(source.description) }
            throw notPreserved(raw)
        }
        manifest.layers = try plan.transfer()
        var result = raw
        // An unchanged manifest keeps its bytes, and with them its digest.
        if manifest != original || target != raw.mediaType {
            result = try RawManifest(encoding: ManifestConversion.convert(manifest, to: target))
        }
        try checkPreserved(raw, result)
        try put(config, try result.decodeManifest().config)
        report(.manifestStarted)
        try writeManifest(result, instance: isInstance ? result.digest : nil)
        return result
    }

    /// Copies an artifact, of which nothing is ever changed.
    private func copyArtifact(_ raw: RawManifest, _ manifest: Manifest, isInstance: Bool) throws -> RawManifest {
        guard options.encryption == nil else {
            throw CopyError(.unsupported, "\(source.description): artifacts cannot be encrypted")
        }
        let accepted = destination.acceptedManifestTypes
        guard accepted.isEmpty || accepted.contains(raw.mediaType), options.format ?? raw.mediaType == raw.mediaType
        else {
            throw CopyError(
                .unsupported,
                "\(source.description): an artifact of type \"\(manifest.typeOfArtifact)\" cannot be converted for "
                    + destination.description)
        }
        var transfers = (manifest.layers + [manifest.config]).map {
            LayerTransfer(listed: $0, readable: $0, diffID: nil, change: .none)
        }
        transfers[transfers.count - 1].kind = .config
        try LayerPlan(transfers, task: self).transfer()
        report(.manifestStarted)
        try writeManifest(raw, instance: isInstance ? raw.digest : nil)
        return raw
    }

    /// Writes the manifest that was asked for, or an instance of a list.
    func writeManifest(_ manifest: RawManifest, instance: Digest?) throws {
        if instance == nil { try options.announce(manifest.digest) }
        try destination.putManifest(manifest, instance: instance)
    }

    func put(_ config: [UInt8], _ descriptor: Descriptor) throws {
        let digest = descriptor.digest.description
        if try destination.reuseBlob(descriptor, from: source.origins) {
            report(.blobDone(digest: digest, kind: .config, outcome: .skipped))
            return
        }
        report(.blobStarted(digest: digest, kind: .config, size: descriptor.size))
        var plain = descriptor
        plain.data = nil
        _ = try destination.putBlob(from: MemorySource(config), expected: plain)
        report(.blobDone(digest: digest, kind: .config, outcome: .copied))
    }

    func checkPreserved(_ before: RawManifest, _ after: RawManifest) throws {
        guard !options.preservesDigests || before.digest == after.digest else { throw notPreserved(before) }
    }

    private func notPreserved(_ raw: RawManifest) -> CopyError {
        CopyError(
            .unsupported,
            "\(source.description): the digest \(raw.digest) cannot be preserved: \(destination.description) needs the image in another form"
        )
    }

    /// Rejects an image for another platform.
    func checkPlatform(of raw: RawManifest, _ wanted: Platform) throws {
        guard raw.mediaType == .ociManifest || raw.mediaType == .dockerManifest else { return }
        let manifest = try raw.decodeManifest()
        guard manifest.config.mediaType.isImageConfig else { return }
        let platform = try ImageConfig(parsing: try source.readBlob(manifest.config)).platform
        guard wanted.matches(platform) else {
            throw CopyError(.notFound, "\(source.description) is for \(platform), not for \(wanted)")
        }
    }

    // MARK: Types

    /// The type of manifest to write.
    private func targetType(of raw: RawManifest, _ manifest: Manifest) throws -> MediaType {
        let accepted = destination.acceptedManifestTypes
        func isAccepted(_ type: MediaType) -> Bool { accepted.isEmpty || accepted.contains(type) }
        if isSigned {
            guard isAccepted(raw.mediaType), options.format ?? raw.mediaType == raw.mediaType else {
                throw Immutability.error(
                    source.description, "the manifest of type \(raw.mediaType) would have to be converted")
            }
            return raw.mediaType
        }
        if options.encryption != nil {
            guard options.format ?? .ociManifest == .ociManifest, isAccepted(.ociManifest) else {
                let place = options.format.map { "a manifest of type \($0)" } ?? destination.description
                throw CopyError(.unsupported, "\(place) cannot hold encrypted layers, which only OCI's formats have")
            }
            return .ociManifest
        }
        if let format = options.format {
            guard isAccepted(format) else {
                throw CopyError(.unsupported, "\(destination.description) does not accept manifests of type \(format)")
            }
            return format
        }
        let wantsZstd: Bool =
            switch options.layers {
            case .compressed(let way?): way.algorithm == .zstd
            case .preferred(let way?):
                way.algorithm == .zstd && destination.preferredLayerCompression == .compress
            default: false
            }
        if raw.mediaType == .dockerManifest, wantsZstd, isAccepted(.ociManifest) { return .ociManifest }
        if isAccepted(raw.mediaType) { return raw.mediaType }
        guard let type = accepted.first(where: \.isManifest) else {
            throw CopyError(.unsupported, "\(destination.description) does not accept image manifests")
        }
        return type
    }
}
