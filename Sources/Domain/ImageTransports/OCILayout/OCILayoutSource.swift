package import ContentDigest
package import ImageModel
package import StreamCompression

/// `oci:`, an image in an OCI image layout in a directory.
package final class OCILayoutSource: ImageSource {
    private let reference: OCILayoutReference
    private let layout: LayoutReader

    /// Finds the image.
    ///
    /// - Parameter sharedBlobs: the directory of the blobs if several layouts share them.
    /// - Throws: ``TransportError``: `notFound`, `malformed`, `ambiguous` when the layout has several images and the
    ///   reference does not select one.
    package init(_ reference: OCILayoutReference, sharedBlobs: String? = nil) throws {
        self.reference = reference
        layout = try LayoutReader(
            try LayoutDirectory(path: reference.path), name: reference.name, index: reference.index,
            sharedBlobs: sharedBlobs)
    }

    package var description: String { "oci:\(reference)" }

    package var origin: ImageOrigin { .path(transport: "oci", path: reference.path, name: reference.name) }

    /// The image's descriptor in `index.json`.
    package var image: Descriptor { layout.image }

    package func manifest(_ instance: Digest?) throws -> RawManifest { try layout.manifest(instance) }

    package func openBlob(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?) {
        try layout.openBlob(blob.digest)
    }

    /// The images in a layout, in order: for listing and selection. Malformed entries are left out.
    package static func images(inLayoutAt path: String) throws -> [Descriptor] {
        try entries(inLayoutAt: path).map(\.image)
    }

    /// The images in a layout with their places in its index, which references use. Malformed entries are left out.
    package static func entries(inLayoutAt path: String) throws -> [(place: Int, image: Descriptor)] {
        try LayoutEntry.all(in: LayoutDirectory(path: path)).enumerated().compactMap { place, entry in
            (try? entry.descriptor(at: path)).map { (place, $0) }
        }
    }
}
