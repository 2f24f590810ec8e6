import ContentDigest
package import ImageModel
package import ImageTrust
import LinuxSystem

/// Signs images while they are written.
package struct ImageSigner: Sendable {
    private let signer: SimpleSigner
    private let identity: ImageReference?

    /// - Parameter identity: the name to sign, with a tag or a digest; nil: the destination's.
    /// - Throws: ``CopyError`` for a name without either.
    package init(_ signer: SimpleSigner, identity: ImageReference?) throws {
        if let identity, identity.tag == nil, identity.digest == nil {
            throw CopyError(.unsupported, "Sign identity must be a fully specified reference \(identity)")
        }
        self.signer = signer
        self.identity = identity
    }

    /// The name to sign for a destination.
    ///
    /// - Throws: ``CopyError`` when there is none.
    func name(at destination: String, _ reference: ImageReference?) throws -> ImageReference {
        guard let name = identity ?? reference else {
            throw CopyError(
                .unsupported, "Cannot determine canonical Docker reference for destination \(destination)")
        }
        return name
    }

    func sign(_ manifest: RawManifest, as name: ImageReference) throws -> ImageSignature {
        do {
            return try signer.sign(manifest.digest, as: name.description, seconds: Clock.now().seconds)
        } catch {
            throw CopyError(.unsupported, "creating signature: \(error)")
        }
    }
}
