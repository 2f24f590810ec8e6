import ImageCopy
import ImageModel
import ImageTransports

/// What an image in the store is to be called.
enum StoredName {
    /// The fully qualified name; nil for an empty text. Behind `containers-storage:` a short name is Docker's, as that
    /// transport has it.
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
