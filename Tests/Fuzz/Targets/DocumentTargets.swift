import ImageModel
import JSONText

@testable import ContainerStore

extension FuzzTarget {
    /// JSON, and whatever a manifest, index or configuration of it is.
    static let document = FuzzTarget(name: "document") { bytes in
        if let value = try? JSONValue(parsing: bytes[...]) {
            let written = value.serialized()
            // Bytes are compared, since a number such as 1.0 is written as Go does, without its fraction.
            let again = try? JSONValue(parsing: written[...])
            precondition(again?.serialized() == written, "what was written reads as something else")
        }
        _ = try? ImageConfig(parsing: bytes)
        _ = RawManifest.guessType(bytes)
        guard let manifest = try? RawManifest(bytes: bytes) else { return }
        precondition(manifest.bytes == bytes, "a manifest keeps its bytes")
        _ = try? manifest.decodeIndex()
        _ = try? Schema1Manifest(manifest)
        _ = try? manifest.decodeManifest()
    }

    /// A record of the store, which other tools write.
    static let record = FuzzTarget(name: "record") { bytes in
        guard let value = try? JSONValue(parsing: bytes[...]) else { return }
        if let layer = try? LayerRecord(value, isVolatile: false) {
            precondition((try? LayerRecord(layer.encoded(), isVolatile: false)) == layer)
        }
        if let image = try? ImageRecord(value, isVolatile: false) {
            precondition((try? ImageRecord(image.encoded(), isVolatile: false)) == image)
        }
        if let container = try? ContainerRecord(value, isVolatile: false) {
            precondition((try? ContainerRecord(container.encoded(), isVolatile: false)) == container)
        }
    }
}
