import ContentDigest
import ImageModel
import ImageTransports
import ProgressEvents

extension CopyTask {
    /// Copies a list with all of its images; the list is the destination's image.
    ///
    /// - Parameter known: what was read of its signatures already.
    func copyIndex(_ raw: RawManifest, known: [ImageSignature]?) throws -> RawManifest {
        let signatures = try signatures(of: raw, instance: nil, known: known, isList: true)
        try checkTakesIndexes(raw)
        let type = indexType(of: raw)
        guard signatures.isEmpty || type == raw.mediaType else {
            throw Immutability.error(
                source.description,
                "Manifest list must be converted to type \"\(type)\" to be written to destination, but we cannot modify it"
            )
        }
        let written = try copyIndex(raw, depth: 0)
        guard signatures.isEmpty || written.digest == raw.digest else {
            throw Immutability.error(
                source.description, "Manifest list must be edited, but we cannot modify it")
        }
        try checkPreserved(raw, written)
        report(.listManifestStarted)
        try writeManifest(written, instance: nil)
        try put(signatures, of: written, instance: nil, isList: true)
        return written
    }

    /// Copies a list without its images, which must be there.
    func copyIndexAlone(_ raw: RawManifest, known: [ImageSignature]?) throws -> RawManifest {
        let signatures = try signatures(of: raw, instance: nil, known: known, isList: true)
        report(.listStarted(copied: 0, of: try raw.decodeIndex().manifests.count))
        try checkTakesIndexes(raw)
        report(.listManifestStarted)
        try writeManifest(raw, instance: nil)
        try put(signatures, of: raw, instance: nil, isList: true)
        return raw
    }

    /// Copies the images of an index.
    ///
    /// - Returns: the index to write.
    private func copyIndex(_ raw: RawManifest, depth: Int) throws -> RawManifest {
        guard depth < 4 else {
            throw CopyError(.unsupported, "\(source.description): manifest lists are nested too deeply")
        }
        var index = try CopyError.naming("\(source.description): index \(raw.digest)") { try raw.decodeIndex() }
        let original = index
        // The images that are written with another manifest, by their digests in the source.
        var changed: [Digest: RawManifest] = [:]
        report(.listStarted(copied: index.manifests.count, of: index.manifests.count))
        for place in index.manifests.indices {
            let entry = index.manifests[place]
            report(.instanceStarted(index: place + 1, of: index.manifests.count, digest: entry.digest.description))
            let manifest = try CopyError.naming("\(source.description): manifest \(entry.digest)") {
                try source.manifest(listed: entry)
            }
            let known = try options.admission?.admit(manifest, instance: entry.digest, from: source)
            let written: RawManifest
            if manifest.isIndex {
                let signatures = try signatures(of: manifest, instance: entry.digest, known: known, isList: true)
                written = try copyIndex(manifest, depth: depth + 1)
                guard signatures.isEmpty || written.digest == manifest.digest else {
                    throw Immutability.error(
                        source.description, "Manifest list must be edited, but we cannot modify it")
                }
                try writeManifest(written, instance: written.digest)
                try put(signatures, of: written, instance: written.digest, isList: true)
            } else if options.updatesAttestations, !isPinned, let image = AttestationManifest.subject(of: entry),
                let replacement = changed[image]
            {
                written = try copyAttestations(manifest, from: image, to: replacement)
                index.manifests[place].annotations?.merge(AttestationManifest.annotations(of: replacement.digest)) {
                    $1
                }
            } else {
                written = try copyImage(manifest, listedAs: entry.digest, isInstance: true, known: known)
            }
            guard written.digest != entry.digest else { continue }
            changed[entry.digest] = written
            index.manifests[place].digest = written.digest
            index.manifests[place].size = Int64(written.bytes.count)
            index.manifests[place].mediaType = written.mediaType
            index.manifests[place].data = nil
        }
        if depth == 0 { index.manifests += try recompressed(original.manifests) }
        let target = indexType(of: raw)
        if index == original, target == raw.mediaType { return raw }
        return try RawManifest(encoding: ManifestConversion.convert(index, to: target))
    }

    private static let zstdMark = "io.github.containers.compression.zstd"

    /// Copies the images once more in those of the additional compressions that no image for their platform has, as
    /// Podman does: an image without the mark of zstd counts as compressed by gzip. Nested indexes stay as they are.
    private func recompressed(_ entries: [Descriptor]) throws -> [Descriptor] {
        var added: [Descriptor] = []
        var present: [Platform?: Set<LayerCompression>] = [:]
        func isZstd(_ entry: Descriptor) -> Bool { entry.annotations?[Self.zstdMark] == "true" }
        for entry in entries { present[entry.platform, default: []].insert(isZstd(entry) ? .zstd : .gzip) }
        for entry in entries {
            for algorithm in options.additionalCompressions
            where present[entry.platform]?.contains(algorithm) != true {
                let manifest = try source.manifest(listed: entry)
                guard !manifest.isIndex, !manifest.mediaType.isSchema1 else { continue }
                var changed = options
                changed.layers = .compressed(LayerCompressionSettings(algorithm, level: nil))
                // Docker's manifests know no other compression than gzip.
                changed.format = .ociManifest
                let task = CopyTask(source: source, destination: destination, options: changed, report: report)
                let written = try task.copyImage(manifest, listedAs: entry.digest, isInstance: true, known: nil)
                present[entry.platform, default: []].insert(algorithm)
                guard !(entries + added).contains(where: { $0.digest == written.digest }) else { continue }
                var copy = entry
                (copy.digest, copy.size, copy.mediaType) = (written.digest, Int64(written.bytes.count), .ociManifest)
                copy.data = nil
                var annotations = entry.annotations ?? [:]
                annotations[Self.zstdMark] = algorithm == .zstd ? "true" : nil
                copy.annotations = annotations.isEmpty ? nil : annotations
                added.append(copy)
            }
        }
        return added
    }

    private func indexType(of raw: RawManifest) -> MediaType {
        // Docker's lists have no annotations, which tell the compressions apart.
        let hasChoice = !options.additionalCompressions.isEmpty && options.format == nil
        if hasChoice, destination.acceptedManifestTypes.isEmpty || destination.acceptedManifestTypes.contains(.ociIndex)
        {
            return .ociIndex
        }
        switch options.format {
        case .ociManifest?: return .ociIndex
        case .dockerManifest?: return .dockerManifestList
        default:
            let accepted = destination.acceptedManifestTypes
            if accepted.isEmpty || accepted.contains(raw.mediaType) { return raw.mediaType }
            return accepted.first(where: \.isIndex) ?? raw.mediaType
        }
    }

    /// Rejects an index when the destination accepts only single images.
    func checkTakesIndexes(_ raw: RawManifest) throws {
        let accepted = destination.acceptedManifestTypes
        guard accepted.isEmpty || accepted.contains(where: \.isIndex) else {
            throw CopyError(.unsupported, "\(destination.description) cannot hold a manifest list: choose an image")
        }
        guard options.format.map(\.isSchema1) != true else {
            throw CopyError(.unsupported, "a manifest list cannot be written in Docker's schema 1")
        }
    }
}
