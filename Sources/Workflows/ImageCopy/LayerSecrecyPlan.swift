import ImageEncryption
import ImageModel
import ImageTransports

/// Which layers of an image are encrypted or decrypted on their way.
struct LayerSecrecyPlan {
    /// The change of each layer.
    let changes: [LayerTransfer.Secrecy]

    /// - Throws: ``CopyError`` when no key fits a layer, and for a manifest that must not change.
    init(_ manifest: Manifest, _ task: CopyTask) throws {
        let chosen = try task.options.encryption.map { encryption in
            try Self.wrapping("encrypting \(task.source.description)") {
                try encryption.layers(of: manifest.layers.count)
            }
        }
        let changes = try manifest.layers.enumerated().map { place, layer -> LayerTransfer.Secrecy in
            if layer.mediaType.isEncrypted {
                guard let decryption = task.options.decryption else { return .unchanged }
                return .decrypt(try Self.cipher(of: layer, decryption))
            }
            guard let encryption = task.options.encryption, chosen?.contains(place) == true else { return .unchanged }
            guard layer.mediaType.encrypted != nil else {
                throw CopyError(.unsupported, "layer \(layer.digest) of type \(layer.mediaType) cannot be encrypted")
            }
            return .encrypt(encryption)
        }
        if let place = changes.firstIndex(where: \.isChange), task.isPinned {
            let verb = manifest.layers[place].mediaType.isEncrypted ? "decrypted" : "encrypted"
            let what = "layer \(manifest.layers[place].digest) should be \(verb), but we cannot modify the manifest"
            guard task.isSigned else { throw CopyError(.unsupported, "\(task.source.description): \(what)") }
            throw Immutability.error(task.source.description, what)
        }
        self.changes = changes
    }

    /// A layer as it can be read: one to decrypt has the type and the annotations of its content.
    func readable(_ layer: Descriptor, _ place: Int) -> Descriptor {
        guard case .decrypt = changes[place] else { return layer }
        return Self.plain(layer)
    }

    /// The descriptor of an encrypted layer's content, except for digest and size.
    static func plain(_ layer: Descriptor) -> Descriptor {
        var result = layer
        result.mediaType = layer.mediaType.decrypted
        result.annotations = LayerEncryption.withoutOwn(layer.annotations)
        return result
    }

    /// The cipher of an encrypted layer.
    static func cipher(of layer: Descriptor, _ decryption: LayerDecryption) throws -> LayerCipher {
        try wrapping("decrypting layer \(layer.digest)") { try decryption.cipher(for: layer.annotations) }
    }

    private static func wrapping<Result>(_ subject: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as EncryptionError {
            throw CopyError(.unsupported, "\(subject): \(error)")
        }
    }
}
