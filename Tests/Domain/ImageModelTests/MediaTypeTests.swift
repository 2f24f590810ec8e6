import Testing

@testable import ImageModel

@Suite struct MediaTypeTests {
    @Test(arguments: [
        ("application/vnd.oci.image.index.v1+json", MediaType.ociIndex),
        ("Application/VND.OCI.image.index.v1+JSON; charset=utf-8", .ociIndex),
        (" application/json ;x=y", "application/json"), ("", ""),
    ])
    func readsContentTypes(header: String, expected: MediaType) {
        #expect(MediaType(contentType: header) == expected)
    }

    @Test(arguments: [
        (MediaType.ociLayer, LayerCompression.none), (.ociLayerGzip, .gzip), (.ociLayerZstd, .zstd),
        (.dockerLayer, .none), (.dockerLayerGzip, .gzip), (.dockerLayerZstd, .zstd),
        (.ociNonDistributableLayerZstd, .zstd), (.dockerForeignLayerGzip, .gzip),
    ])
    func tellsTheCompressionOfLayers(type: MediaType, compression: LayerCompression) {
        #expect(type.layerCompression == compression)
        #expect(type.isLayer)
        #expect(type.withLayerCompression(compression) == type)
    }

    @Test func changesTheCompressionWithinAFamily() {
        #expect(MediaType.ociLayerGzip.withLayerCompression(.zstd) == .ociLayerZstd)
        #expect(MediaType.dockerLayer.withLayerCompression(.gzip) == .dockerLayerGzip)
        #expect(MediaType.dockerForeignLayer.withLayerCompression(.zstd) == nil)
        #expect(MediaType.ociConfig.withLayerCompression(.gzip) == nil)
    }

    @Test func distinguishesKinds() {
        #expect(MediaType.ociManifest.isManifest && MediaType.dockerSchema1Signed.isManifest)
        #expect(MediaType.ociIndex.isIndex && MediaType.dockerManifestList.isIndex && !MediaType.ociIndex.isManifest)
        #expect(MediaType.dockerConfig.isImageConfig && !MediaType.ociEmpty.isImageConfig)
        #expect(MediaType.dockerForeignLayer.isNonDistributableLayer && !MediaType.dockerLayer.isNonDistributableLayer)
        #expect(MediaType("application/x").layerCompression == nil)
    }
}
