import ImageModel
import JSONText
import LinuxSystem

/// A layout's `index.json` being modified. Everything else in it stays the same, including unknown members.
struct LayoutIndexDocument {
    private let path: String
    private var document: JSONObject

    init(directory: String) throws {
        path = "\(directory)/\(LayoutPath.index)"
        guard let bytes = try Files.readFileIfPresent(path, limit: ImageLimits.manifest) else {
            document = ["schemaVersion": 2, "mediaType": .string(MediaType.ociIndex.rawValue), "manifests": []]
            return
        }
        guard let object = try JSONValue(parsing: bytes).object, object["manifests"]?.array != nil else {
            throw TransportError(.malformed, "not an image index", at: path)
        }
        document = object
    }

    init() {
        path = LayoutPath.index
        document = ["schemaVersion": 2, "mediaType": .string(MediaType.ociIndex.rawValue), "manifests": []]
    }

    /// Adds `image` under `name`, replacing any image of that name. Without a name it replaces the only unnamed image;
    /// if there are several, it is added to them.
    mutating func add(_ image: Descriptor, name: String?) throws {
        var image = image
        if let name { image.annotations = [LayoutPath.nameAnnotation: name] }
        let entry = try JSONValueEncoder().encode(image)
        var manifests = document["manifests"]?.array ?? []
        let places = manifests.indices.filter { Self.name(of: manifests[$0]) == name }
        if let place = places.first, name != nil || places.count == 1 {
            manifests[place] = entry
            for other in places.dropFirst().reversed() { manifests.remove(at: other) }
        } else {
            // Unnamed images are distinguished by their digests.
            manifests.removeAll { Self.name(of: $0) == nil && name == nil && $0["digest"] == entry["digest"] }
            manifests.append(entry)
        }
        document["manifests"] = .array(manifests)
    }

    var bytes: [UInt8] { JSONValue.object(document).serialized() }

    func write(synchronize: Bool) throws {
        try Files.replaceFile(path, with: bytes, mode: 0o644, synchronize: synchronize)
    }

    private static func name(of entry: JSONValue) -> String? {
        let name = entry["annotations"]?[LayoutPath.nameAnnotation]?.string
        return name?.isEmpty == false ? name : nil
    }
}
