package import ContentDigest
package import ImageModel
import ImageTransports
package import StreamCompression

/// `docker-daemon:`, an image of a Docker daemon, as exported by `docker save`.
///
/// The daemon sends the layers first and their descriptions last, so the archive is stored in an unnamed temporary
/// file, which is removed with this object.
package final class DockerDaemonSource: ImageSource {
    private let reference: DockerDaemonReference
    private let archive: DockerArchiveSource

    /// Fetches the image.
    ///
    /// - Parameter temporaryDirectory: must have space for the whole uncompressed image.
    package init(_ reference: DockerDaemonReference, access: RegistryAccess, temporaryDirectory: String) throws {
        self.reference = reference
        let place = "docker-daemon:\(reference)"
        archive = try RegistryError.during(place) {
            let body = try DockerDaemon(access).save(reference.description)
            return try DockerArchiveSource(
                DockerArchive(spooling: body, place: place, temporaryDirectory: temporaryDirectory),
                DockerArchiveReference(path: place))
        }
    }

    package var description: String { "docker-daemon:\(reference)" }
    package var origin: ImageOrigin {
        if case .name(let name) = reference { .daemon(name) } else { .daemon(nil) }
    }

    package func manifest(_ instance: Digest?) throws -> RawManifest { try archive.manifest(instance) }

    package func openBlob(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?) {
        try archive.openBlob(blob)
    }
}
