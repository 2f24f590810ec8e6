import ContainerStore
import ContentDigest
import ImageCopy
import ImageModel
import ImageTransports
import JSONText
import ManifestLists

/// Finds the statements about an image.
enum AttestationReader {
    /// The statements that a list behind a transport has about its image for a platform.
    ///
    /// - Throws: ``CommandError`` if there are none.
    static func statements(in source: any ImageSource, for platform: Platform) throws -> [JSONValue] {
        let top = try source.manifest(nil)
        guard top.isIndex else { throw none(source.description) }
        let entries = try top.decodeIndex().manifests
        guard let image = Platform.bestMatch(in: entries, wanted: platform)?.digest else {
            throw CommandError("\(source.description): no image for \(platform) in the list")
        }
        var statements: [JSONValue] = []
        for entry in entries where AttestationManifest.subject(of: entry) == image {
            for layer in try source.manifest(entry.digest).decodeManifest().layers
            where layer.mediaType == AttestationManifest.statementType {
                let bytes = try source.readBlob(layer, limit: AttestationManifest.statementLimit)
                do throws(JSONError) {
                    statements.append(try JSONValue(parsing: bytes))
                } catch {
                    throw CommandError("\(source.description): the statement \(layer.digest): \(error)")
                }
            }
        }
        guard !statements.isEmpty else { throw none(source.description) }
        return statements
    }

    /// The statements about an image of the store: those in the list of that name, or in lists of the image.
    static func statements(about name: String, for platform: Platform, in store: ContainerStore) throws -> [JSONValue] {
        guard let record = try store.image(name) else { throw CommandError("\(name): image not known") }
        let isList = try ManifestList.isList(record, in: store)
        let records = try isList ? [record] : store.images().filter { try ManifestList.isList($0, in: store) }
        var digests = Set(record.digests)
        for record in records {
            let list = try ManifestList(record, in: store)
            if isList {
                guard let entry = list.entry(for: platform) else {
                    throw CommandError("\(name): no image for \(platform) in the list")
                }
                digests = [entry.digest.description]
            }
            for entry in list.index.manifests where digests.contains(entry.digest.description) {
                let statements = try list.attestations(of: entry.digest)
                if !statements.isEmpty { return statements }
            }
        }
        throw none(name)
    }

    private static func none(_ name: String) -> CommandError {
        CommandError("\(name) has no attestations: build it with --sbom or --provenance")
    }
}
