package import ContentDigest
import Glibc
package import ImageModel
import LinuxSystem
package import StreamCompression
import Synchronization

/// `oci:`, writing into an OCI image layout in a directory, which is created when missing.
///
/// Blobs get their names when they are complete and verified; existing blobs are reused. `commit` replaces `index.json`
/// atomically, under a lock, so that several writers can share a layout. Other images stay.
package final class OCILayoutDestination: ImageDestination {
    private let reference: OCILayoutReference
    private let synchronizes: Bool
    /// The directory of `blobs`, or of the algorithms in a directory of shared blobs.
    private let root: RootedDirectory
    private let sharedBlobs: String?
    private var image: Descriptor?
    /// The blobs that the layout did not have before.
    private let added = Mutex(Set<Digest>())

    /// Prepares the layout's directory.
    ///
    /// - Parameters:
    ///   - synchronizes: whether blobs and index survive a power failure once `commit` has returned.
    ///   - sharedBlobs: a directory for the blobs, which several layouts can share; nil: they are in the layout.
    package init(_ reference: OCILayoutReference, synchronizes: Bool = true, sharedBlobs: String? = nil) throws {
        guard reference.index == nil else {
            throw TransportError(
                .invalidReference, "cannot write to an index of a layout: give a name", at: "oci:\(reference)")
        }
        self.reference = reference
        self.synchronizes = synchronizes
        self.sharedBlobs = sharedBlobs
        root = try TransportError.wrapping(sharedBlobs ?? reference.path) {
            try Files.makeDirectories(reference.path, mode: 0o755)
            if let sharedBlobs { try Files.makeDirectories(sharedBlobs, mode: 0o755) }
            return try RootedDirectory(opening: sharedBlobs ?? reference.path)
        }
        try TransportError.wrapping(reference.path) {
            let marker = "\(reference.path)/\(LayoutPath.marker)"
            if !Files.exists(marker) {
                try Files.replaceFile(marker, with: LayoutPath.markerContent, mode: 0o644, synchronize: synchronizes)
            }
        }
    }

    package var description: String { "oci:\(reference)" }
    package var acceptedManifestTypes: [MediaType] { [.ociManifest, .ociIndex] }
    package var preferredLayerCompression: LayerCompressionPreference { .compress }

    package func hasBlob(_ blob: Descriptor) throws -> Bool {
        guard let directory = try blobDirectory(blob.digest.algorithm, create: false) else { return false }
        let status = try TransportError.wrapping(reference.path) {
            try Files.statusIfPresent(at: directory.raw, blob.digest.hex)
        }
        return status.map { $0.kind == .regular && (blob.size < 0 || $0.size == blob.size) } ?? false
    }

    package func putBlob(from source: any ByteSource, expected: Descriptor?) throws -> (digest: Digest, size: Int64) {
        try putBlob(BlobOffer(once: source, expected: expected))
    }

    package func putBlob(_ offer: BlobOffer) throws -> (digest: Digest, size: Int64) {
        // In the same file system as its final place.
        let writer = try BlobWriter(of: offer, in: sharedBlobs ?? reference.path)
        let digest = try writer.fill(from: offer, place: description)
        guard let directory = try blobDirectory(digest.algorithm, create: true) else {
            throw TransportError(.system, "cannot create the blobs directory", at: sharedBlobs ?? reference.path)
        }
        let isNew = try Files.statusIfPresent(at: directory.raw, digest.hex) == nil
        try writer.publish(in: directory, as: digest.hex, synchronize: synchronizes)
        if isNew { _ = added.withLock { $0.insert(digest) } }
        return (digest, writer.byteCount)
    }

    package func checkTakes(_ signatures: [ImageSignature]) throws { throw LayoutPath.takesNoSignatures }

    package func putManifest(_ manifest: RawManifest, instance: Digest?) throws {
        guard manifest.mediaType == .ociManifest || manifest.mediaType == .ociIndex else {
            throw TransportError(
                .unsupported, "an OCI layout cannot hold a manifest of type \(manifest.mediaType)", at: description)
        }
        _ = try putBlob(from: MemorySource(manifest.bytes), expected: manifest.descriptor)
        guard instance == nil else { return }
        var descriptor = manifest.descriptor
        descriptor.platform = platform(of: manifest)
        image = descriptor
    }

    /// The platform in the image's configuration, for the index; nil when the manifest is not an image's.
    private func platform(of manifest: RawManifest) -> Platform? {
        guard manifest.mediaType == .ociManifest, let config = try? manifest.decodeManifest().config,
            config.mediaType.isImageConfig, config.size <= Int64(ImageLimits.configuration),
            let directory = try? blobDirectory(config.digest.algorithm, create: false),
            let file = try? OwnedFD.open(at: directory.raw, config.digest.hex, O_RDONLY | O_NOFOLLOW),
            let bytes = try? file.readAll(limit: ImageLimits.configuration),
            let image = try? ImageConfig(parsing: bytes), !image.architecture.isEmpty, !image.os.isEmpty
        else { return nil }
        return Platform(architecture: image.architecture, os: image.os, variant: image.variant)
    }

    package func commit() throws {
        guard let image else { throw TransportError(.notFound, "no manifest was written", at: description) }
        try TransportError.wrapping(reference.path) {
            let directory = try OwnedFD.open(reference.path, O_RDONLY | O_DIRECTORY)
            while flock(directory.raw, LOCK_EX) != 0 {
                guard errno == EINTR else { throw LinuxError("lock", reference.path, code: errno) }
            }
            var index = try LayoutIndexDocument(directory: reference.path)
            try index.add(image, name: reference.name)
            // The names of blobs must be on disk before the index that refers to them.
            if synchronizes { try blobDirectory(image.digest.algorithm, create: false)?.synchronize() }
            try index.write(synchronize: synchronizes)
            // Releases the lock.
            directory.close()
        }
        PartialBlob.sweep(sharedBlobs ?? reference.path)
    }

    /// Removes the blobs that were added here and that no image of the layout has, after a failure. Writers of other
    /// images that share them must be excluded, or must check their blobs before they commit. Shared blobs stay.
    package func discard() {
        guard sharedBlobs == nil else { return }
        let blobs = added.withLock { added in
            defer { added = [] }
            return added
        }
        // What cannot be removed is harmless, unlike hiding the failure that led here.
        try? OCILayoutRemoval.removeUnlisted(blobs, at: reference.path)
    }

    /// The directory of an algorithm's blobs, not following symbolic links; nil when missing.
    private func blobDirectory(_ algorithm: Digest.Algorithm, create: Bool) throws(TransportError) -> OwnedFD? {
        do throws(LinuxError) {
            let parent = sharedBlobs == nil ? "blobs/" : ""
            if create {
                // Component by component, so that nothing is created behind a symbolic link either.
                if sharedBlobs == nil { try makeDirectory("blobs", below: root.fd) }
                let blobs = try root.openNoSymlinks(parent.isEmpty ? "." : "blobs", O_RDONLY | O_DIRECTORY)
                try makeDirectory(algorithm.rawValue, below: blobs.raw)
                blobs.close()
            }
            return try root.openNoSymlinks("\(parent)\(algorithm.rawValue)", O_RDONLY | O_DIRECTORY)
        } catch {
            if error.code == ENOENT { return nil }
            throw TransportError(.system, error.description, at: reference.path, cause: error)
        }
    }

    private func makeDirectory(_ name: String, below directory: Int32) throws(LinuxError) {
        do throws(LinuxError) {
            try Files.makeDirectory(at: directory, name, mode: 0o755)
        } catch {
            if error.code != EEXIST { throw error }
        }
    }
}
