package import ContentDigest
package import ImageModel
import ImageTransports
package import StreamCompression

/// `docker-daemon:`, one image of a Docker daemon, as `docker save` gives it.
///
/// The daemon sends the layers first and only then what they are, so the archive goes into an unnamed temporary file, which
/// vanishes with this.
package final class DockerDaemonSource: ImageSource {
    private let reference: DockerDaemonReference
    private let archive: DockerArchiveSource

    /// Fetches the image.
    ///
    /// - Parameter temporaryDirectory: with room for the whole image, uncompressed.
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
