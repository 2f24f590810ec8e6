package import ContainerStore
import ContentDigest
package import ImageEncryption
package import ImageModel
package import ImageTransports
import LinuxSystem
package import ProgressEvents

/// Pulls an image from a source into the store.
///
/// Existing layers are not fetched. With the overlay driver the others are fetched and applied in parallel, each in a
/// staging directory, and registered in order at the end: either the whole image arrives or nothing.
package struct ImagePull {
    private let store: ContainerStore
    private let report: ProgressHandler
    private let parallelCopies: Int?
    private let admission: PolicyGate?
    private let keepsSignatures: Bool
    private let decryption: LayerDecryption?

    /// - Parameters:
    ///   - admission: decides whether an image is accepted; nil accepts every image.
    ///   - keepsSignatures: whether to store an image's signatures.
    ///   - decryption: decrypts encrypted layers; nil: they are an error.
    ///   - parallelCopies: the number of layers transferred in parallel; nil: as many as are useful.
    package init(
        into store: ContainerStore, admission: PolicyGate?, keepsSignatures: Bool = true,
        decryption: LayerDecryption? = nil, parallelCopies: Int? = nil, report: @escaping ProgressHandler
    ) {
        self.store = store
        self.admission = admission
        self.keepsSignatures = keepsSignatures
        self.decryption = decryption
        self.report = report
        self.parallelCopies = parallelCopies
    }

    /// - Parameters:
    ///   - platform: selects the image from an index.
    ///   - isPlatformRequired: whether a single image must be for that platform, too.
    ///   - names: fully qualified names for it.
    package func pull(
        _ source: any ImageSource, platform: Platform, isPlatformRequired: Bool = false, names: [String]
    ) throws -> ImageRecord {
        try bring(source, platform: platform, isPlatformRequired: isPlatformRequired, names: names).image
    }

    /// Like `pull`, optionally with the manifest in another format.
    func bring(
        _ given: any ImageSource, platform: Platform, isPlatformRequired: Bool = false, format: MediaType? = nil,
        preservesDigests: Bool = false, signer: ImageSigner? = nil, names: [String]
    ) throws -> (image: ImageRecord, manifest: RawManifest) {
        let signedName = try signer?.name(
            at: "containers-storage:\(names.first ?? "")", names.first.map { try ImageReference(parsing: $0) })
        let (source, top, chosen, given) = try chooseImage(given, platform, format: format)
        var signatures = given
        let (manifest, configBytes, config) = try describe(chosen, of: source)
        guard !isPlatformRequired || platform.matches(config.platform) else {
            throw CopyError(.notFound, "\(source.description) is for \(config.platform), not for \(platform)")
        }
        let encrypted = try EncryptedLayers(manifest, config, decryption, source.description)
        guard encrypted.isEmpty || signatures.isEmpty else {
            throw Immutability.error(source.description, "its layers should be decrypted")
        }
        var raw = chosen
        if encrypted.isEmpty {
            raw = try ManifestConversion.convert(chosen, config: configBytes, to: format ?? chosen.mediaType).manifest
        }
        guard !preservesDigests || encrypted.isEmpty && (raw.digest == chosen.digest && !top.mediaType.isSchema1) else {
            throw CopyError(.unsupported, "\(source.description): the digest \(top.digest) cannot be preserved")
        }
        let layers = try source.readableLayers(of: manifest) ?? manifest.layers
        let topLayer = try bringLayers(layers, diffIDs: config.rootfs.diffIDs, encrypted, from: source)
        if !encrypted.isEmpty, let topLayer {
            let chain = try store.layerChain(topLayer).reversed()
            let plain = try encrypted.decrypted(manifest, as: Array(chain), in: store)
            raw = try RawManifest(
                encoding: ManifestConversion.convert(plain, to: format ?? chosen.mediaType))
        }
        let configDigest = manifest.config.digest.description
        report(.blobStarted(digest: configDigest, kind: .config, size: Int64(configBytes.count)))
        report(.blobDone(digest: configDigest, kind: .config, outcome: .copied))
        report(.manifestStarted)
        if let signer, let signedName {
            for method in signer.methods { report(.signingStarted(isList: false, method: method.description)) }
            signatures += try signer.sign(raw, as: signedName)
        }
        if !signatures.isEmpty { report(.signaturesStored(isList: false)) }
        var bigData = [
            (key: "manifest", bytes: raw.bytes), (key: "manifest-\(raw.digest)", bytes: raw.bytes),
            (key: manifest.config.digest.description, bytes: configBytes),
        ]
        // An image can also be looked up by the index that it came from.
        if top.isIndex { bigData.insert((key: "manifest-\(top.digest)", bytes: top.bytes), at: 0) }
        let image = try store.createImage(
            id: manifest.config.digest.hex, names: names, topLayer: topLayer, metadata: "{}", digest: raw.digest,
            created: config.created.flatMap(Clock.parseRFC3339) ?? Clock.now(), bigData: bigData,
            signatures: signatures.map(\.blob))
        return (image, raw)
    }

    /// The manifest and the configuration of an image, which agree about its layers.
    private func describe(
        _ chosen: RawManifest, of source: any ImageSource
    ) throws -> (manifest: Manifest, configBytes: [UInt8], config: ImageConfig) {
        let manifest = try CopyError.naming("\(source.description): manifest \(chosen.digest)") {
            try chosen.decodeManifest()
        }
        guard !manifest.isArtifact else {
            throw CopyError(
                .unsupported,
                "\(source.description): an artifact of type \"\(manifest.typeOfArtifact)\", not a container image")
        }
        let configBytes = try source.readBlob(manifest.config)
        let config = try CopyError.naming("\(source.description): configuration \(manifest.config.digest)") {
            try ImageConfig(parsing: configBytes)
        }
        guard config.rootfs.diffIDs.count == manifest.layers.count else {
            throw CopyError(
                .mismatch,
                "\(source.description): the configuration lists \(config.rootfs.diffIDs.count) layers, the manifest \(manifest.layers.count)"
            )
        }
        return (manifest, configBytes, config)
    }

    /// The manifest that the source names, that of the selected image, and its signatures.
    private func chooseImage(
        _ given: any ImageSource, _ platform: Platform, format: MediaType?
    ) throws -> (source: any ImageSource, top: RawManifest, chosen: RawManifest, signatures: [ImageSignature]) {
        let top = try CopyError.naming(given.description) { try given.manifest(nil) }
        let raw = try top.isIndex ? ImageChoice.manifest(in: top, of: given, for: platform) : top
        let instance = top.isIndex ? raw.digest : nil
        let known = try admission?.admit(raw, instance: instance, from: given)
        let signatures = try signatures(of: raw, instance: instance, known: known, from: given)
        guard signatures.isEmpty || (!raw.mediaType.isSchema1 && format ?? raw.mediaType == raw.mediaType) else {
            throw Immutability.error(
                given.description, "the manifest of type \(raw.mediaType) would have to be converted")
        }
        if raw.mediaType.isSchema1 {
            let upgraded = try Schema1ConvertingSource(given, raw)
            return (upgraded, top, upgraded.upgraded, [])
        }
        guard raw.mediaType == .ociManifest || raw.mediaType == .dockerManifest else {
            throw CopyError(.unsupported, "\(given.description): manifests of type \(raw.mediaType) are not supported")
        }
        return (given, top, raw, signatures)
    }

    private func signatures(
        of raw: RawManifest, instance: Digest?, known: [ImageSignature]?, from source: any ImageSource
    ) throws -> [ImageSignature] {
        guard keepsSignatures else { return [] }
        report(.signaturesStarted)
        let signatures = try source.signatures(of: raw, instance: instance, known: known)
        if !signatures.isEmpty { report(.signaturesFound(isList: false)) }
        return signatures
    }

    // MARK: Layers

    private struct Missing: Sendable {
        let index: Int
        let blob: Descriptor
        let diffID: Digest
        let cipher: LayerCipher?
    }

    private func bringLayers(
        _ blobs: [Descriptor], diffIDs: [Digest], _ encrypted: EncryptedLayers, from source: any ImageSource
    ) throws -> String? {
        var parent: String?
        var next = 0
        // Layers are shared from the base up: none above the first missing one can exist.
        while next < blobs.count {
            let id = LayerRecord.identifier(parent: parent, diffID: diffIDs[next])
            guard try store.claimLayer(id) else { break }
            report(.blobDone(digest: blobs[next].digest.description, kind: .layer, outcome: .skipped))
            parent = id
            next += 1
        }
        let missing = (next..<blobs.count).map {
            Missing(index: $0, blob: blobs[$0], diffID: diffIDs[$0], cipher: encrypted.ciphers[$0])
        }
        if missing.isEmpty { return parent }
        let fetch = LayerFetch(into: store, report: report)
        guard store.driver.holdsChangesOnly else {
            for layer in missing {
                let registration = try fetch.apply(
                    layer.blob, diffID: layer.diffID, cipher: layer.cipher, from: source, upon: parent)
                parent = try store.register([registration])[0].id
            }
            return parent
        }
        let base = parent
        let transfer = SharedSource(source)
        let processors = WorkerPool.processorCount
        let threads = min(missing.count, parallelCopies ?? min(max(processors, 2), 6))
        var registrations = try WorkerPool.map(missing, threads: threads) { layer in
            try fetch.apply(
                layer.blob, diffID: layer.diffID, cipher: layer.cipher, from: transfer.source, upon: base,
                isAlone: threads < processors)
        }
        for index in registrations.indices.dropFirst() { registrations[index].parent = .previous }
        return try store.register(registrations).last?.id
    }
}
