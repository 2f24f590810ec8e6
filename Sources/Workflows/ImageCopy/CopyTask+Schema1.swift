import ContentDigest
import ImageModel
import ImageTransports
import LinuxSystem
import ProgressEvents

extension CopyTask {
    /// Copies an image with a schema 1 manifest: unchanged if accepted, otherwise converted to schema 2 or OCI.
    func copySchema1(_ raw: RawManifest, isInstance: Bool) throws -> RawManifest {
        let accepted = destination.acceptedManifestTypes
        let stays = options.format.map(\.isSchema1) ?? (accepted.isEmpty || accepted.contains(where: \.isSchema1))
        guard stays, options.encryption == nil else {
            guard !isSigned else {
                throw Immutability.error(source.description, "the manifest of schema 1 would have to be converted")
            }
            let upgraded = try Schema1ConvertingSource(source, raw)
            var task = self
            task.source = upgraded
            let written = try task.copyContent(upgraded.upgraded, isInstance: isInstance)
            try checkPreserved(raw, written)
            return written
        }
        let document = try CopyError.naming("\(source.description): manifest \(raw.digest)") {
            try Schema1Manifest(raw)
        }
        var seen: Set<Digest> = []
        let transfers = document.layers.map(\.blob).filter { seen.insert($0).inserted }.map { blob in
            let layer = Descriptor(mediaType: .dockerLayerGzip, digest: blob, size: -1)
            return LayerTransfer(listed: layer, readable: layer, diffID: nil, change: .none)
        }
        try LayerPlan(transfers, task: self).transfer()
        report(.manifestStarted)
        try writeManifest(raw, instance: isInstance ? raw.digest : nil)
        return raw
    }

    /// Writes the image in schema 1.
    func writeSchema1(
        _ manifest: Manifest, config: [UInt8], plan: LayerPlan, isInstance: Bool
    ) throws -> RawManifest {
        guard manifest.config.mediaType.isImageConfig,
            manifest.layers.allSatisfy({ $0.mediaType.layerCompression == .gzip })
        else {
            throw CopyError(
                .unsupported, "\(source.description): schema 1 supports only images with gzip layers")
        }
        let layers = try plan.transfer()
        let result = try Schema1Writer.manifest(
            config: config, layers: layers.map(\.digest), name: options.schema1Name, now: Clock.rfc3339(Clock.now()))
        if try Schema1Manifest(result).layers.contains(where: \.isThrowaway) {
            try destination.putBlob(Schema1Writer.emptyLayer, mediaType: .dockerLayerGzip)
        }
        report(.manifestStarted)
        try writeManifest(result, instance: isInstance ? result.digest : nil)
        return result
    }
}
