import ContentDigest
package import ImageModel
package import ImageTrust
import LinuxSystem

/// Signs images while they are written.
package struct ImageSigner: Sendable {
    /// A kind of signature, and the key.
    package enum Method: Sendable {
        case simple(SimpleSigner)
        case sigstore(SigstoreSigner)

        var description: String {
            switch self {
            case .simple: "simple signing"
            case .sigstore: "a sigstore signature"
            }
        }
    }

    let methods: [Method]
    private let identity: ImageReference?

    /// Checks at once that the keys can sign: nothing of an image is written before.
    ///
    /// - Parameters:
    ///   - methods: each makes one signature.
    ///   - identity: the name to sign, with a tag or a digest; nil: the destination's.
    /// - Throws: ``CopyError`` for a name without either, and for a key that cannot sign.
    package init(_ methods: [Method], identity: ImageReference?) throws {
        if let identity, identity.tag == nil, identity.digest == nil {
            throw CopyError(.unsupported, "Sign identity must be a fully specified reference \(identity)")
        }
        for case .simple(let signer) in methods {
            do {
                try signer.checkAbility()
            } catch {
                throw CopyError(.unsupported, "creating signature: \(error)")
            }
        }
        self.methods = methods
        self.identity = identity
    }

    /// The name to sign for a destination.
    ///
    /// - Throws: ``CopyError`` when there is none.
    package func name(at destination: String, _ reference: ImageReference?) throws -> ImageReference {
        guard let name = identity ?? reference else {
            throw CopyError(
                .unsupported, "Cannot determine canonical Docker reference for destination \(destination)")
        }
        return name
    }

    /// Signatures without content of the kinds that ``sign(_:as:)`` makes.
    var examples: [ImageSignature] {
        methods.map { method in
            switch method {
            case .simple: .simple([])
            case .sigstore:
                .sigstore(SigstoreSignature(mediaType: SigstoreSignature.payloadType, payload: [], annotations: nil))
            }
        }
    }

    /// The signatures of a manifest by all keys.
    package func sign(_ manifest: RawManifest, as name: ImageReference) throws -> [ImageSignature] {
        let seconds = Clock.now().seconds
        do {
            return try methods.map { method in
                switch method {
                case .simple(let signer): try signer.sign(manifest.digest, as: name.description, seconds: seconds)
                case .sigstore(let signer): try signer.sign(manifest.digest, as: name.description, seconds: seconds)
                }
            }
        } catch {
            throw CopyError(.unsupported, "creating signature: \(error)")
        }
    }
}
