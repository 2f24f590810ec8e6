package import ContentDigest
package import ImageModel
package import StreamCompression

/// `oci:`, an image in an OCI image layout in a directory.
package final class OCILayoutSource: ImageSource {
    private let reference: OCILayoutReference
    private let layout: LayoutReader

    /// Finds the image.
    ///
    /// - Throws: ``TransportError``: `notFound`, `ambiguous` when the reference names none of several images,
    ///   `malformed`.
    package init(_ reference: OCILayoutReference) throws {
        self.reference = reference
        layout = try LayoutReader(
            try LayoutDirectory(path: reference.path), name: reference.name, index: reference.index)
    }

    package var description: String { "oci:\(reference)" }

    package var origin: ImageOrigin { .path(transport: "oci", path: reference.path, name: reference.name) }

    /// What `index.json` says about the image.
    package var image: Descriptor { layout.image }

    package func manifest(_ instance: Digest?) throws -> RawManifest { try layout.manifest(instance) }

    package func openBlob(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?) {
        try layout.openBlob(blob.digest)
    }

    /// The images that a layout lists, in order: for listings and for choosing one.
    package static func images(inLayoutAt path: String) throws -> [Descriptor] {
        try LayoutReader.index(of: try LayoutDirectory(path: path)).manifests
    }
}
