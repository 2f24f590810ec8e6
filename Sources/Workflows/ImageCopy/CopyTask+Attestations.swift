import ContentDigest
import ImageModel
import ImageTransports
import JSONText
import ProgressEvents

extension CopyTask {
    /// Copies statements about an image that has got another manifest, so that they are about that one.
    ///
    /// - Parameters:
    ///   - before: the image's digest in the source.
    ///   - after: its manifest at the destination.
    /// - Returns: the manifest of the statements as written.
    func copyAttestations(_ raw: RawManifest, from before: Digest, to after: RawManifest) throws -> RawManifest {
        var manifest = try CopyError.naming("\(source.description): manifest \(raw.digest)") {
            try raw.decodeManifest()
        }
        guard manifest.mediaType == .ociManifest, options.format ?? .ociManifest == .ociManifest else {
            throw CopyError(.unsupported, "\(source.description): attestations need OCI's manifests")
        }
        for place in manifest.layers.indices {
            let layer = manifest.layers[place]
            var content = try source.readBlob(layer, limit: AttestationManifest.statementLimit)
            if layer.mediaType == AttestationManifest.statementType {
                content = try Self.statement(content, from: before, to: after.digest)
                manifest.layers[place].digest = Digest.sha256(of: content)
                manifest.layers[place].size = Int64(content.count)
            }
            try put(content, manifest.layers[place])
        }
        try put(source.readBlob(manifest.config), manifest.config)
        if manifest.subject?.digest == before { manifest.subject = after.descriptor }
        let written = try RawManifest(encoding: manifest)
        report(.manifestStarted)
        try writeManifest(written, instance: written.digest)
        return written
    }

    /// A statement with another digest for those of its subjects that have this one.
    private static func statement(_ content: [UInt8], from before: Digest, to after: Digest) throws -> [UInt8] {
        guard before.algorithm == after.algorithm,
            var object = try CopyError.naming("a statement", { try JSONValue(parsing: content) }).object
        else { throw CopyError(.unsupported, "a statement is not a JSON object") }
        object["subject"] = .array(
            (object["subject"]?.array ?? []).map { subject in
                guard var fields = subject.object, var digests = fields["digest"]?.object,
                    digests[before.algorithm.rawValue]?.string == before.hex
                else { return subject }
                digests[before.algorithm.rawValue] = .string(after.hex)
                fields["digest"] = .object(digests)
                return .object(fields)
            })
        return JSONValue.object(object).serialized()
    }
}
