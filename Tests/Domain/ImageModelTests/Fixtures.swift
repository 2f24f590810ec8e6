import ContentDigest

@testable import ImageModel

/// Documents shared by several suites.
enum Fixtures {
    static func digest(_ number: UInt8) -> Digest {
        .sha256(of: [number])
    }

    static func manifest(
        layers: [MediaType], config: MediaType = .ociConfig, type: MediaType? = .ociManifest
    ) -> Manifest {
        Manifest(
            mediaType: type, config: Descriptor(mediaType: config, digest: digest(0), size: 100),
            layers: layers.enumerated().map { number, type in
                Descriptor(mediaType: type, digest: digest(UInt8(number + 1)), size: Int64(number) + 1000)
            })
    }
}
