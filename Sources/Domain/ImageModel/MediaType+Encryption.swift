extension MediaType {
    private static let suffix = "+encrypted"

    /// Whether this is the type of an encrypted layer.
    package var isEncrypted: Bool { rawValue.hasSuffix(Self.suffix) }

    /// The type of an encrypted layer's content; the type itself for others.
    package var decrypted: MediaType {
        isEncrypted ? MediaType(rawValue: String(rawValue.dropLast(Self.suffix.count))) : self
    }

    /// The type of an encrypted layer of this type, always one of OCI's; nil when this is not a layer type.
    package var encrypted: MediaType? {
        guard let compression = layerCompression else { return nil }
        let own =
            isDocker
            ? (isNonDistributableLayer ? MediaType.ociNonDistributableLayer : .ociLayer)
                .withLayerCompression(compression) ?? .ociLayer : self
        return MediaType(rawValue: own.rawValue + Self.suffix)
    }
}
