import ContentDigest
import ImageModel
import ImageTransports
import ProgressEvents

/// Reasons why an image must stay identical.
enum Immutability {
    /// The wording that the related tools share.
    static let signed = "Would invalidate signatures"

    /// The layers of a signed image are not available as its manifest lists them.
    static func layers(_ source: String) -> CopyError {
        error(source, "Copying this image would require changing layer representation, which we cannot do")
    }

    /// A signed manifest would have to change.
    static func error(_ source: String, _ what: String) -> CopyError {
        CopyError(.unsupported, "\(source): \(what): \"\(signed)\" (--remove-signatures leaves them behind)")
    }
}

extension ImageSource {
    /// The signatures of a manifest, read unless they are known.
    func signatures(of raw: RawManifest, instance: Digest?, known: [ImageSignature]?) throws -> [ImageSignature] {
        if let known { return known }
        return try CopyError.naming("\(description): reading signatures") {
            try signatures(of: raw, instance: instance)
        }
    }
}

extension CopyTask {
    /// The signatures to copy with a manifest: none if they are to be dropped.
    ///
    /// - Parameters:
    ///   - instance: the manifest's digest when a list of the source names it.
    ///   - known: what was read of them already.
    /// - Throws: also where the destination has no place for them.
    func signatures(
        of raw: RawManifest, instance: Digest?, known: [ImageSignature]?, isList: Bool = false
    ) throws -> [ImageSignature] {
        try checkSigning()
        guard !options.removesSignatures else { return [] }
        report(isList ? .listSignaturesStarted : .signaturesStarted)
        let signatures = try source.signatures(of: raw, instance: instance, known: known)
        guard !signatures.isEmpty else { return [] }
        report(.signaturesFound(isList: isList))
        try checkTaken(signatures)
        return signatures
    }

    private func checkTaken(_ signatures: [ImageSignature]) throws {
        do {
            try destination.checkTakes(signatures)
        } catch {
            throw CopyError(.unsupported, "Can not copy signatures to \(destination.description): \(error)")
        }
    }

    /// A signature needs a name and a destination that can store it; check before transferring anything.
    private func checkSigning() throws {
        guard let signer = options.signer else { return }
        _ = try signer.name(at: destination.description, destination.reference)
        try checkTaken(signer.examples)
    }

    /// Writes the signatures of a manifest that has been written to the destination, and a new one if requested.
    func put(
        _ signatures: [ImageSignature], of manifest: RawManifest, instance: Digest?, isList: Bool = false
    ) throws {
        var signatures = signatures
        if let signer = options.signer {
            for method in signer.methods { report(.signingStarted(isList: isList, method: method.description)) }
            let name = try signer.name(at: destination.description, destination.reference)
            signatures += try signer.sign(manifest, as: name)
        }
        guard !signatures.isEmpty else { return }
        report(.signaturesStored(isList: isList))
        try destination.putSignatures(signatures, of: manifest.digest, instance: instance)
    }

    /// Copies an image with its signatures, as the whole reference or as one image of an index.
    ///
    /// - Parameters:
    ///   - listedAs: the manifest's digest when a list of the source names it.
    ///   - isInstance: whether it is to be one of a list at the destination.
    ///   - known: what was read of its signatures already.
    /// - Returns: the manifest that was written.
    func copyImage(
        _ raw: RawManifest, listedAs: Digest?, isInstance: Bool, known: [ImageSignature]?
    ) throws -> RawManifest {
        let signatures = try signatures(of: raw, instance: listedAs, known: known)
        var task = self
        task.isSigned = !signatures.isEmpty
        let written = try task.copyContent(raw, isInstance: isInstance)
        guard !task.isSigned || written.digest == raw.digest else {
            throw Immutability.error(source.description, "the manifest \(raw.digest) would have to change")
        }
        try put(signatures, of: written, instance: isInstance ? written.digest : nil)
        return written
    }
}
