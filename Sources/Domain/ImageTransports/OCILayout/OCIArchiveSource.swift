package import ContentDigest
package import ImageModel
package import StreamCompression

/// `oci-archive:`, an image in an OCI image layout in a tar archive, compressed or not.
package final class OCIArchiveSource: ImageSource {
    private let reference: OCILayoutReference
    private let layout: LayoutReader

    /// Indexes the archive and finds the image.
    ///
    /// - Parameter temporaryDirectory: where a compressed archive, or one from a pipe, is unpacked.
    /// - Throws: ``TransportError``: `notFound`, `ambiguous`, `malformed`.
    package init(_ reference: OCILayoutReference, temporaryDirectory: String = "/var/tmp") throws {
        self.reference = reference
        layout = try LayoutReader(
            try ArchiveFile(path: reference.path, temporaryDirectory: temporaryDirectory), name: reference.name,
            index: reference.index)
    }

    /// The images in an archive, in order, with their places in its index. Malformed entries are left out.
    package static func entries(
        inArchiveAt path: String, temporaryDirectory: String = "/var/tmp"
    ) throws -> [(place: Int, image: Descriptor)] {
        let files = try ArchiveFile(path: path, temporaryDirectory: temporaryDirectory)
        return try LayoutEntry.all(in: files).enumerated().compactMap { place, entry in
            (try? entry.descriptor(at: path)).map { (place, $0) }
        }
    }

    package var description: String { "oci-archive:\(reference)" }

    package var origin: ImageOrigin { .path(transport: "oci-archive", path: reference.path, name: reference.name) }

    /// The image's descriptor in `index.json`.
    package var image: Descriptor { layout.image }

    package func manifest(_ instance: Digest?) throws -> RawManifest { try layout.manifest(instance) }

    package func openBlob(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?) {
        try layout.openBlob(blob.digest)
    }
}
