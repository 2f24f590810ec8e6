import ContentDigest
import ImageModel
import JSONText
import StreamCompression

/// Archives as written by `docker save` before Docker 1.10: `repositories` names the topmost layer of each image, and
/// each layer is a directory with its archive and a configuration that names its parent.
enum LegacyDockerArchive {
    /// More layers than the storage drivers of that time allowed.
    private static let maximumDepth = 1000

    /// The images of the archive. The configuration with its diff IDs, which later versions include, is generated from
    /// the layers, which are read for it.
    ///
    /// - Parameter repositories: the content of the file of that name.
    static func images(of files: any LayoutFiles, repositories: [UInt8]) throws -> [DockerArchive.Image] {
        let place = "\(files.path)/repositories"
        let document = try TransportError.wrapping(place) { try JSONValue(parsing: repositories) }
        var tops: [(id: String, tags: [String])] = []
        for (repository, tags) in document.object ?? JSONObject() {
            for (tag, id) in tags.object ?? JSONObject() {
                guard let id = id.string, ReferenceGrammar.isIdentifier(id) else {
                    throw TransportError(.malformed, "\(repository):\(tag) has no layer", at: place)
                }
                if let known = tops.firstIndex(where: { $0.id == id }) {
                    tops[known].tags.append("\(repository):\(tag)")
                } else {
                    tops.append((id, ["\(repository):\(tag)"]))
                }
            }
        }
        var diffIDs: [String: Digest] = [:]
        return try tops.map { top in
            try image(top.id, tags: top.tags, files, &diffIDs)
        }
    }

    private static func image(
        _ top: String, tags: [String], _ files: any LayoutFiles, _ diffIDs: inout [String: Digest]
    ) throws -> DockerArchive.Image {
        var layers: [(id: String, layer: Schema1Manifest.Layer)] = []
        var next: String? = top
        while let id = next {
            guard ReferenceGrammar.isIdentifier(id), layers.count < maximumDepth else {
                throw TransportError(.malformed, "layer \(top) has an invalid chain of parents", at: files.path)
            }
            guard let bytes = try files.read("\(id)/json", limit: ImageLimits.configuration),
                let configuration = try TransportError.wrapping(
                    "\(files.path)/\(id)/json", { try JSONValue(parsing: bytes) }
                )
                .object
            else { throw TransportError(.malformed, "\(id)/json is missing", at: files.path) }
            let diffID = try diffIDs[id] ?? diffID(of: id, files)
            diffIDs[id] = diffID
            layers.insert((id, Schema1Manifest.Layer(blob: diffID, configuration: configuration)), at: 0)
            next = configuration["parent"]?.string
        }
        let config = Schema1Manifest(layers: layers.map(\.layer)).configuration(diffIDs: layers.map(\.layer.blob))
        return DockerArchive.Image(
            config: "\(top)/json", tags: tags, layers: layers.map { "\($0.id)/layer.tar" },
            madeConfig: JSONValue.object(config).serialized())
    }

    private static func diffID(of id: String, _ files: any LayoutFiles) throws -> Digest {
        guard let (file, range) = try files.open("\(id)/layer.tar") else {
            throw TransportError(.malformed, "\(id)/layer.tar is missing", at: files.path)
        }
        let hash = SHA256Stream()
        let archive = try DecompressingSource(FileRangeSource(file, range: range), nil)
        try ObservedSource(archive) { hash.update($0) }.drain()
        return hash.finalize()
    }
}
