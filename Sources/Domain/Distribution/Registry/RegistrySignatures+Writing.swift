import ContainersConfig
import ContentDigest
import ImageModel
import ImageTransports
import JSONText
import LinuxSystem
import StreamCompression

extension RegistrySignatures {
    /// Returns if each of the signatures can be stored somewhere.
    ///
    /// - Throws: ``RegistryError`` with the reason if not.
    func checkTakes(_ signatures: [ImageSignature]) throws {
        let stores = try configuration()
        if signatures.contains(where: \.isSigstore), !stores.usesAttachments(scopes: scopes) {
            throw RegistryError(.unsupported, "writing sigstore attachments is disabled by configuration")
        }
        guard signatures.contains(where: { !$0.isSigstore }) else { return }
        let base = stores.staging(scopes: scopes)
        guard Self.path(base) == nil else { return }
        let scheme = base.prefix { $0 != ":" }
        throw RegistryError(
            .unsupported,
            ["http", "https"].contains(scheme)
                ? "Writing directly to a \(scheme) lookaside storage \(base) is not supported. "
                    + "Configure a lookaside-staging: location."
                : "Unsupported scheme when writing signature to \(base)")
    }

    /// Writes the signatures of a manifest: simple signatures to the lookaside store, replacing existing ones; sigstore
    /// signatures to the registry, in addition to existing ones.
    func write(_ signatures: [ImageSignature], of digest: Digest) throws {
        try checkTakes(signatures)
        let attachments = signatures.compactMap { signature in
            if case .sigstore(let attachment) = signature { attachment } else { nil }
        }
        if !attachments.isEmpty { try attach(attachments, to: digest) }
        let simple = signatures.filter { !$0.isSigstore }
        if !simple.isEmpty { try writeLookaside(simple, of: digest) }
    }

    private func writeLookaside(_ signatures: [ImageSignature], of digest: Digest) throws {
        let base = try configuration().staging(scopes: scopes)
        func path(_ number: Int) throws -> String {
            guard let path = Self.path(place(digest, number, below: base)) else {
                throw RegistryError(.unsupported, "Unsupported scheme when writing signature to \(base)")
            }
            return path
        }
        for (index, signature) in signatures.enumerated() {
            let path = try path(index + 1)  // arithmetic: a place in memory
            try Files.makeDirectories(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]), mode: 0o755)
            try Files.replaceFile(path, with: signature.blob, mode: 0o644)
        }
        // Readers stop at the first missing number.
        var stale = signatures.count + 1
        while try Files.exists(path(stale)) {
            try Files.removeFile(path(stale))
            stale += 1
        }
    }

    private func attach(_ attachments: [SigstoreSignature], to digest: Digest) throws {
        let place = "\(repository):\(Self.tag(digest))"
        var manifest: Manifest
        var config: JSONObject
        if let known = try self.attachments(of: digest) {
            manifest = known
            let bytes = try content(known.config, limit: ImageLimits.configuration, place)
            guard let object = (try? JSONValue(parsing: bytes))?.object else {
                throw RegistryError(.malformed, "\(place): the configuration is not a JSON object")
            }
            config = object
        } else {
            config = ["architecture": "", "os": "", "config": [:], "rootfs": ["type": "layers"]]
            manifest = Manifest(config: .empty, layers: [])
        }
        var rootfs = config["rootfs"]?.object ?? [:]
        var contents = rootfs["diff_ids"]?.array ?? []
        for attachment in attachments {
            var layer = Descriptor(mediaType: MediaType(rawValue: attachment.mediaType), describing: attachment.payload)
            let plain = layer
            layer.annotations = attachment.annotations
            if manifest.layers.contains(layer) { continue }
            _ = try client.putBlob(BlobOffer(once: MemorySource(attachment.payload), expected: plain), in: repository)
            manifest.layers.append(layer)
            contents.append(.string(layer.digest.description))
        }
        rootfs["diff_ids"] = .array(contents)
        config["rootfs"] = .object(rootfs)
        let bytes = JSONValue.object(config).serialized()
        manifest.config = Descriptor(mediaType: .ociConfig, describing: bytes)
        _ = try client.putBlob(BlobOffer(once: MemorySource(bytes), expected: manifest.config), in: repository)
        try client.putManifest(RawManifest(encoding: manifest), as: Self.tag(digest), in: repository)
    }
}

extension ImageSignature {
    fileprivate var isSigstore: Bool { if case .sigstore = self { true } else { false } }
}
