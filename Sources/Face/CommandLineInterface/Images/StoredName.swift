import ImageCopy
import ImageModel
import ImageTransports

/// Names for images in the store.
enum StoredName {
    /// The fully qualified name; nil for empty text. After `containers-storage:` a short name is one on Docker Hub, as
    /// defined by that transport.
    static func qualified(_ text: String) throws -> String? {
        if text.isEmpty { return nil }
        let name: String
        if let reference = TransportReference(parsing: text), reference.transport == .containersStorage {
            name = try ImageReference(parsing: reference.rest).withDefaultTag().description
        } else {
            name = try LocalNames.qualified(text)
        }
        guard !name.contains("@") else {
            throw CommandError("\(text): Digest of source image's manifest would not match destination reference")
        }
        return name
    }
}
