import ContainersConfig
import ContentDigest
import ImageModel
import StreamCompression

/// The signatures of images in a repository: in lookaside stores, and attached to the images themselves.
struct RegistrySignatures {
    private let reference: ImageReference
    private let access: RegistryAccess
    private let scopes: [String]

    init(_ reference: ImageReference, access: RegistryAccess) {
        self.reference = reference
        self.access = access
        let suffix = reference.digest.map { "@\($0)" } ?? reference.tag.map { ":\($0)" } ?? ""
        scopes = SignaturePolicy.registryScopes(name: reference.name, suffix: suffix)
    }

    private func configuration() throws -> SignatureStores {
        try SignatureStores.load(env: access.options.environment)
    }

    var usesAttachments: Bool {
        get throws { try configuration().usesAttachments(scopes: scopes) }
    }

    // MARK: Lookaside

    /// The signatures at `BASE/REPOSITORY@sha256=HEX/signature-N`, up to the first number that is not there.
    func lookaside(of digest: Digest) throws -> [ImageSignature] {
        let base = try configuration().lookaside(scopes: scopes)
        let place =
            "\(base.hasSuffix("/") ? String(base.dropLast()) : base)/\(reference.path)"
            + "@\(digest.algorithm.rawValue)=\(digest.hex)"
        var signatures: [ImageSignature] = []
        while signatures.count < ImageSignature.maximumCount {
            guard let bytes = try read("\(place)/signature-\(signatures.count + 1)") else { break }
            signatures.append(try ImageSignature(blob: bytes))
        }
        return signatures
    }

    private func read(_ url: String) throws -> [UInt8]? {
        if url.hasPrefix("file://") {
            return try ConfigFiles.contents(of: String(url.dropFirst("file://".count)))
        }
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw RegistryError(.invalid, "\(url): lookaside stores are file, http or https addresses")
        }
        do {
            let file = try RemoteFile.open(
                url, on: access.transport, tls: TLSSettings(isVerified: true, directory: nil),
                retry: access.options.retry)
            return try file.source.readAll(limit: ImageSignature.maximumSize)
        } catch let error as RegistryError where error.code == .notFound {
            return nil
        }
    }

    // MARK: Attachments

    /// The signatures in the image with the tag `sha256-HEX.sig`, where cosign puts them.
    func attached(to digest: Digest, _ client: RegistryClient, _ repository: String) throws -> [ImageSignature] {
        let tag = "\(digest.algorithm.rawValue)-\(digest.hex).sig"
        let raw: RawManifest
        do {
            raw = try client.manifest(tag, in: repository)
        } catch let error as RegistryError where error.code == .notFound {
            return []
        }
        let layers = try raw.decodeManifest().layers
        guard layers.count <= ImageSignature.maximumCount else {
            throw RegistryError(
                .malformed, "\(repository):\(tag) has more than \(ImageSignature.maximumCount) signatures")
        }
        var signatures: [ImageSignature] = []
        for layer in layers where layer.mediaType.rawValue == ImageSignature.payloadType {
            guard let signature = layer.annotations?[ImageSignature.annotation] else { continue }
            guard layer.size <= Int64(ImageSignature.maximumSize) else {
                throw RegistryError(.malformed, "\(repository):\(tag): a signature of \(layer.size) bytes")
            }
            let payload = try client.openBlob(layer, in: repository).source.readAll(limit: ImageSignature.maximumSize)
            guard Digest.hash(payload, with: layer.digest.algorithm) == layer.digest else {
                throw RegistryError(.mismatch, "\(repository):\(tag): \(layer.digest) is not what arrived")
            }
            signatures.append(.sigstore(payload: payload, signature: signature))
        }
        return signatures
    }
}
