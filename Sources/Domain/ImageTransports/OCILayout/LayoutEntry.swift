import ImageModel
import JSONText

/// An entry of a layout's `index.json`. A malformed one does not make the others unreadable.
struct LayoutEntry: Sendable {
    private let place: String
    private let content: Result<Descriptor, ImageModelError>
    private let annotations: [String: String]

    private init(_ value: JSONValue, place: String) {
        self.place = place
        do {
            content = .success(try JSONValueDecoder().decode(Descriptor.self, from: value))
        } catch {
            content = .failure(ImageModelError(.malformed, "\(error)"))
        }
        var annotations: [String: String] = [:]
        for (key, text) in value["annotations"]?.object ?? JSONObject() { annotations[key] = text.string }
        self.annotations = annotations
    }

    /// The value of `org.opencontainers.image.ref.name`.
    var name: String? { annotations[LayoutPath.nameAnnotation] }

    /// The image's full name as written by containerd, BuildKit and Docker, whose other name is only the tag.
    var qualifiedName: String? { annotations[LayoutPath.containerdNameAnnotation] }

    /// - Throws: `malformed` for an entry that is not a descriptor.
    func descriptor(at path: String) throws(TransportError) -> Descriptor {
        switch content {
        case .success(let descriptor): return descriptor
        case .failure(let error):
            throw TransportError(.malformed, "\(place): \(error)", at: "\(path)/\(LayoutPath.index)", cause: error)
        }
    }

    /// The entries of a layout.
    static func all(in files: any LayoutFiles) throws(TransportError) -> [LayoutEntry] {
        guard let bytes = try files.read(LayoutPath.index, limit: ImageLimits.manifest) else {
            throw TransportError(.notFound, "no index.json: not an OCI image layout", at: files.path)
        }
        do {
            let document = try JSONValue(parsing: bytes)
            guard var rest = document.object else { throw ImageModelError(.malformed, "not an image index") }
            let entries = rest["manifests"] ?? .null
            guard entries.isNull || entries.array != nil else {
                throw ImageModelError(.malformed, "manifests: not a list")
            }
            // Everything else must be well-formed.
            rest["manifests"] = []
            _ = try JSONValueDecoder().decode(ImageIndex.self, from: .object(rest))
            return (entries.array ?? []).enumerated().map { LayoutEntry($1, place: "manifests[\($0)]") }
        } catch {
            throw TransportError(.malformed, "\(error)", at: "\(files.path)/\(LayoutPath.index)", cause: error)
        }
    }
}
