package import ContainersConfig
import ContentDigest
package import ImageModel
package import ImageTransports
import ImageTrust

/// The sigstore bundles of images in registries.
package enum SignatureBundles {
    /// Verifies that one of the bundles that refer to a manifest is a signature by whom is trusted.
    ///
    /// - Returns: false if there are no bundles.
    /// - Throws: `TrustError` with the reasons why none is accepted.
    package static func verify(
        _ manifest: RawManifest, from source: any ImageSource, _ trust: SignaturePolicy.SigstoreTrust
    ) throws -> Bool {
        let found = try source.referrers(of: manifest.digest).filter {
            $0.artifactType?.hasPrefix(SigstoreBundle.mediaType) == true
        }
        guard found.count <= ImageSignature.maximumCount else {
            throw TrustError("\(source.description) has more than \(ImageSignature.maximumCount) sigstore bundles")
        }
        var reasons: [String] = []
        for referrer in found {
            do {
                guard let layer = try source.manifest(referrer.digest).decodeManifest().layers.first else {
                    throw TrustError("the referrer \(referrer.digest) has no bundle")
                }
                let bytes = try source.readBlob(layer, limit: ImageSignature.maximumSize)
                try SigstoreBundle.verify(bytes, of: manifest, trust)
                return true
            } catch let error as TrustError {
                reasons.append(error.message)
            }
        }
        guard found.isEmpty else { throw TrustError("Source image rejected: \(reasons.joined(separator: "; "))") }
        return false
    }
}
