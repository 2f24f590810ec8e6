import ContainersConfig
import ContentDigest
import HTTPHeaders
import ImageModel
import JSONText
import LinuxSystem
import StreamCompression

/// The signatures of images in a repository: in lookaside stores, and attached to images in the registry.
struct RegistrySignatures {
    let client: RegistryClient
    let repository: String
    let scopes: [String]
    private let access: RegistryAccess

    /// - Parameter location: the image at its actual location, as registries.d names it.
    init(_ location: ImageReference, _ client: RegistryClient, access: RegistryAccess) {
        self.client = client
        self.access = access
        repository = location.path
        let suffix = location.digest.map { "@\($0)" } ?? location.tag.map { ":\($0)" } ?? ""
        scopes = SignaturePolicy.registryScopes(name: location.name, suffix: suffix)
    }

    func configuration() throws -> SignatureStores { try access.signatureStores() }

    /// All signatures of a manifest, those in lookaside stores first.
    func read(of digest: Digest) throws -> [ImageSignature] {
        var signatures = try lookaside(of: digest)
        if try configuration().usesAttachments(scopes: scopes) { signatures += try attached(to: digest) }
        return signatures
    }

    // MARK: Lookaside

    /// The signatures up to the first missing number.
    private func lookaside(of digest: Digest) throws -> [ImageSignature] {
        let base = try configuration().lookaside(scopes: scopes)
        return try ImageSignature.numbered(in: base) { try read(place(digest, $0, below: base)) }
    }

    /// `BASE/REPOSITORY@sha256=HEX/signature-N`
    func place(_ digest: Digest, _ number: Int, below base: String) -> String {
        "\(base.hasSuffix("/") ? String(base.dropLast()) : base)/\(repository)"
            + "@\(digest.algorithm.rawValue)=\(digest.hex)/signature-\(number)"
    }

    /// The path of a `file` URL; nil for others.
    static func path(_ url: String) -> String? {
        url.hasPrefix("file://") ? PercentEncoding.decode(url.dropFirst("file://".count)) : nil
    }

    private func read(_ url: String) throws -> [UInt8]? {
        if let path = Self.path(url) { return try ConfigFiles.contents(of: path) }
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw RegistryError(.invalid, "\(url): lookaside stores are file, http or https addresses")
        }
        do {
            let isVerified = access.options.verifiesTLS ?? true
            let file = try RemoteFile.open(
                url, on: access.transport,
                tls: TLSSettings(
                    isVerified: isVerified, directory: access.options.certificateDirectory,
                    minimum: access.options.minimumTLS),
                retry: access.options.retry)
            return try RegistryError.during("reading signature \(url)") {
                try file.source.readAll(limit: ImageSignature.maximumSize)
            }
        } catch let error as RegistryError where error.code == .notFound {
            return nil
        }
    }

    // MARK: Attachments

    /// The tag under which cosign stores attachments of a manifest.
    static func tag(_ digest: Digest) -> String { "\(digest.algorithm.rawValue)-\(digest.hex).sig" }

    /// The manifest of the attachments; nil if there are none.
    func attachments(of digest: Digest) throws -> Manifest? {
        let tag = Self.tag(digest)
        do {
            let raw = try client.manifest(tag, in: repository)
            guard raw.mediaType == .ociManifest else {
                throw RegistryError(
                    .malformed,
                    "\(repository):\(tag): signatures are attached in manifests of OCI, not \(raw.mediaType)")
            }
            return try raw.decodeManifest()
        } catch let error as RegistryError where error.code == .notFound {
            return nil
        }
    }

    private func attached(to digest: Digest) throws -> [ImageSignature] {
        guard let manifest = try attachments(of: digest) else { return [] }
        let place = "\(repository):\(Self.tag(digest))"
        let total = Int(clamping: manifest.layers.lazy.map(\.size).sumOfSizes())
        try ImageSignature.checkBounds(count: manifest.layers.count, total: total, place)
        // All attachments are returned: users select signatures by their type.
        return try manifest.layers.map { layer in
            let payload = try content(layer, limit: ImageSignature.maximumSize, place)
            return .sigstore(
                SigstoreSignature(
                    mediaType: layer.mediaType.rawValue, payload: payload, annotations: layer.annotations))
        }
    }

    /// A small blob of the repository, verified by its digest.
    func content(_ blob: Descriptor, limit: Int, _ place: String) throws -> [UInt8] {
        guard blob.size <= Int64(limit) else {
            throw RegistryError(.malformed, "\(place): \(blob.digest) has \(blob.size) bytes, more than \(limit)")
        }
        let bytes = try client.openBlob(blob, in: repository).source.readAll(limit: limit)
        guard Digest.hash(bytes, with: blob.digest.algorithm) == blob.digest else {
            throw RegistryError(.mismatch, "\(place): \(blob.digest) is not what arrived")
        }
        return bytes
    }
}
