import ContainerStore
import Distribution
package import ImageModel
package import ImageTransports
package import ProgressEvents

/// Copies an image or an image index from any source to any destination.
///
/// Blobs are streamed, several in parallel, each verified against its digest before anything refers to it. Blobs that
/// the destination already has are not transferred. Manifests keep their bytes unless something in them must change; an
/// index is rewritten only when one of its images was.
package struct ImageCopier {
    private let options: CopyOptions
    private let report: ProgressHandler

    package init(_ options: CopyOptions, report: @escaping ProgressHandler) {
        self.options = options
        self.report = report
    }

    /// - Returns: the manifest or index that the destination's reference now names.
    @discardableResult
    package func copy(_ source: any ImageSource, to destination: any ImageDestination) throws -> RawManifest {
        let raw = try CopyError.naming(source.description) { try source.manifest(nil) }
        let task = CopyTask(source: source, destination: destination, options: options, report: report)
        let written = try raw.isIndex ? copyIndex(raw, task) : copySingle(raw, task)
        do {
            try destination.commit()
            return written
        } catch let error as RegistryError where error.code == .manifestRejected {
            return try copyInOtherFormat(raw, written, task, rejection: error)
        }
    }

    /// After a registry has rejected an image's manifest: writes it in the other format, unless the format is fixed.
    private func copyInOtherFormat(
        _ raw: RawManifest, _ written: RawManifest, _ task: CopyTask, rejection: RegistryError
    ) throws -> RawManifest {
        let other: MediaType
        switch written.mediaType {
        case .ociManifest: other = .dockerManifest
        case .dockerManifest: other = .ociManifest
        default: throw rejection
        }
        guard options.format == nil, !options.preservesDigests else { throw rejection }
        report(
            .warning("\(task.destination.description) rejects \(written.mediaType) (\(rejection)): trying \(other)"))
        var changed = options
        changed.format = other
        let again = CopyTask(
            source: task.source, destination: task.destination, options: changed, report: report)
        let result: RawManifest
        do {
            result = try raw.isIndex ? copyIndex(raw, again) : copySingle(raw, again)
        } catch let error as CopyError {
            throw rejection.suffixed("; as \(other): \(error)")
        }
        try task.destination.commit()
        return result
    }

    /// Copies to any target.
    ///
    /// - Returns: as `copy(_:to:)`.
    @discardableResult
    package func copy(_ source: any ImageSource, to target: CopyTarget) throws -> RawManifest {
        switch target {
        case .destination(let destination): return try copy(source, to: destination)
        case .store(let store, let names): return try bring(source, into: store, names: names)
        }
    }

    private func bring(_ source: any ImageSource, into store: ContainerStore, names: [String]) throws -> RawManifest {
        guard case .platform(let platform) = options.selection else {
            throw CopyError(.unsupported, "containers-storage: cannot store a manifest list: choose a platform")
        }
        guard options.layers == .preferred(nil) || options.layers == .unchanged else {
            throw CopyError(.unsupported, "containers-storage: layers are stored unpacked and cannot be compressed")
        }
        guard options.encryption == nil else {
            throw CopyError(.unsupported, "containers-storage: layers are stored unpacked and cannot be encrypted")
        }
        let pull = ImagePull(
            into: store, admission: options.admission, keepsSignatures: !options.removesSignatures,
            decryption: options.decryption, parallelCopies: options.parallelCopies, report: report)
        return try pull.bring(
            source, platform: platform, isPlatformRequired: options.isPlatformRequired, format: options.format,
            preservesDigests: options.preservesDigests, signer: options.signer, names: names
        ).manifest
    }

    private func copySingle(_ raw: RawManifest, _ task: CopyTask) throws -> RawManifest {
        let known = try options.admission?.admit(raw, instance: nil, from: task.source)
        if options.isPlatformRequired, case .platform(let wanted) = options.selection {
            try task.checkPlatform(of: raw, wanted)
        }
        return try task.copyImage(raw, listedAs: nil, isInstance: false, known: known)
    }

    private func copyIndex(_ raw: RawManifest, _ task: CopyTask) throws -> RawManifest {
        switch options.selection {
        case .platform(let platform):
            let image = try ImageChoice.manifest(in: raw, of: task.source, for: platform)
            let known = try options.admission?.admit(image, instance: image.digest, from: task.source)
            return try task.copyImage(image, listedAs: image.digest, isInstance: false, known: known)
        case .all:
            let known = try options.admission?.admit(raw, instance: nil, from: task.source)
            return try task.copyIndex(raw, known: known)
        case .indexOnly:
            let known = try options.admission?.admit(raw, instance: nil, from: task.source)
            return try task.copyIndexAlone(raw, known: known)
        }
    }
}
