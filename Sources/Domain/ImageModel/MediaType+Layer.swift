/// The compression of a layer as media types express it. The names are those of the algorithms.
package enum LayerCompression: String, Sendable, Hashable {
    /// A plain tar archive.
    case none
    /// gzip (RFC 1952).
    case gzip
    /// zstd (RFC 8878).
    case zstd
}

extension MediaType {
    /// The families of layer types, with one type per supported compression.
    private static let layerFamilies: [(isDistributable: Bool, types: [LayerCompression: MediaType])] = [
        (true, [.none: .ociLayer, .gzip: .ociLayerGzip, .zstd: .ociLayerZstd]),
        (
            false,
            [
                .none: .ociNonDistributableLayer, .gzip: .ociNonDistributableLayerGzip,
                .zstd: .ociNonDistributableLayerZstd,
            ]
        ),
        (true, [.none: .dockerLayer, .gzip: .dockerLayerGzip, .zstd: .dockerLayerZstd]),
        (false, [.none: .dockerForeignLayer, .gzip: .dockerForeignLayerGzip]),
    ]

    /// The compression of this layer type, or nil when it is not a known layer type.
    package var layerCompression: LayerCompression? {
        for family in Self.layerFamilies {
            if let match = family.types.first(where: { $0.value == self }) { return match.key }
        }
        return nil
    }

    /// Whether this is a known layer type.
    package var isLayer: Bool { layerCompression != nil }

    /// Whether this is a layer type that is fetched from its `urls` and not pushed to registries.
    package var isNonDistributableLayer: Bool {
        Self.layerFamilies.contains { !$0.isDistributable && $0.types.values.contains(self) }
    }

    /// The type in the same family with another compression, or nil when this is not a layer type or its family has no
    /// such type.
    package func withLayerCompression(_ compression: LayerCompression) -> MediaType? {
        Self.layerFamilies.first { $0.types.values.contains(self) }?.types[compression]
    }
}
