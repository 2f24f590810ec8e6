import ContentDigest
import ImageModel
import ImageTransports
import ProgressEvents

extension CopyTask {
    /// Copies a list with all of its images; the list is the destination's image.
    func copyIndex(_ raw: RawManifest) throws -> RawManifest {
        try checkTakesIndexes(raw)
        let written = try copyIndex(raw, depth: 0)
        try checkPreserved(raw, written)
        report(.listManifestStarted)
        try destination.putManifest(written, instance: nil)
        return written
    }

    /// Copies the images of a list.
    ///
    /// - Returns: the list as it is now to be written.
    private func copyIndex(_ raw: RawManifest, depth: Int) throws -> RawManifest {
        guard depth < 4 else {
            throw CopyError(.unsupported, "\(source.description): lists of images are nested too deep")
        }
        var index = try CopyError.naming("\(source.description): index \(raw.digest)") { try raw.decodeIndex() }
        let original = index
        report(.listStarted(copied: index.manifests.count, of: index.manifests.count))
        for place in index.manifests.indices {
            let entry = index.manifests[place]
            report(.instanceStarted(index: place + 1, of: index.manifests.count, digest: entry.digest.description))
            let manifest = try CopyError.naming("\(source.description): manifest \(entry.digest)") {
                try source.manifest(listed: entry)
            }
            try options.admission?.admit(manifest, instance: entry.digest, from: source)
            let written: RawManifest
            if manifest.isIndex {
                written = try copyIndex(manifest, depth: depth + 1)
                try destination.putManifest(written, instance: written.digest)
            } else {
                report(.signaturesStarted)
                written = try copyImage(manifest, instance: entry.digest)
            }
            guard written.digest != entry.digest else { continue }
            index.manifests[place].digest = written.digest
            index.manifests[place].size = Int64(written.bytes.count)
            index.manifests[place].mediaType = written.mediaType
            index.manifests[place].data = nil
        }
        let target = indexType(of: raw)
        if index == original, target == raw.mediaType { return raw }
        return try RawManifest(encoding: ManifestConversion.convert(index, to: target))
    }

    private func indexType(of raw: RawManifest) -> MediaType {
        switch options.format {
        case .ociManifest?: return .ociIndex
        case .dockerManifest?: return .dockerManifestList
        default:
            let accepted = destination.acceptedManifestTypes
            if accepted.isEmpty || accepted.contains(raw.mediaType) { return raw.mediaType }
            return accepted.first(where: \.isIndex) ?? raw.mediaType
        }
    }

    /// Refuses a list where only single images have a place.
    func checkTakesIndexes(_ raw: RawManifest) throws {
        let accepted = destination.acceptedManifestTypes
        guard accepted.isEmpty || accepted.contains(where: \.isIndex) else {
            throw CopyError(.unsupported, "\(destination.description) cannot hold a list of images: choose one of them")
        }
        guard options.format.map(\.isSchema1) != true else {
            throw CopyError(.unsupported, "a list of images cannot be written in Docker's schema 1")
        }
    }
}
