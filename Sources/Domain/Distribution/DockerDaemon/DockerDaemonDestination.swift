package import ContentDigest
package import ImageModel
package import ImageTransports
package import StreamCompression

/// `docker-daemon:`, an image for a Docker daemon. The `docker load` archive is written straight into the request;
/// unless that is complete, the daemon imports nothing.
package final class DockerDaemonDestination: ImageDestination {
    private let reference: DockerDaemonReference
    private let daemon: DockerDaemon
    private let upload: HTTPUpload
    private let archive: DockerArchiveDestination

    /// Connects to the daemon.
    ///
    /// - Parameter temporaryDirectory: for layers whose size is not known in advance.
    package init(_ reference: DockerDaemonReference, access: RegistryAccess, temporaryDirectory: String) throws {
        let place = "docker-daemon:\(reference)"
        guard let name = reference.tagged else {
            throw TransportError(
                .invalidReference, "invalid destination \(place): a destination must be a name:tag")
        }
        self.reference = reference
        (daemon, upload) = try RegistryError.during(place) {
            let daemon = try DockerDaemon(access)
            return (daemon, try daemon.beginLoad())
        }
        archive = DockerArchiveWriter(streaming: upload, place: place, temporaryDirectory: temporaryDirectory)
            .destination(tags: [name], finishesArchive: true)
    }

    package var description: String { "docker-daemon:\(reference)" }
    package var acceptedManifestTypes: [MediaType] { archive.acceptedManifestTypes }
    package var preferredLayerCompression: LayerCompressionPreference { .preserveGzip }
    package var leavesForeignLayersOut: Bool { false }

    package func hasBlob(_ blob: Descriptor) throws -> Bool { try archive.hasBlob(blob) }

    package func putBlob(from source: any ByteSource, expected: Descriptor?) throws -> (digest: Digest, size: Int64) {
        try archive.putBlob(from: source, expected: expected)
    }

    package func checkTakes(_ signatures: [ImageSignature]) throws {
        throw DockerArchiveDestination.takesNoSignatures
    }

    package func putManifest(_ manifest: RawManifest, instance: Digest?) throws {
        try archive.putManifest(manifest, instance: instance)
    }

    package func commit() throws {
        try RegistryError.during(description) {
            try archive.commit()
            try daemon.finishLoad(upload)
        }
    }
}
