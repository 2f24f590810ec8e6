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

    /// Adds `image` under `name`. An image that had the name stays, without it; an entry for the same image without a
    /// name is replaced.
    mutating func add(_ image: Descriptor, name: String?) throws {
        var image = image
        if let name { image.annotations = [LayoutPath.nameAnnotation: name] }
        let entry = try JSONValueEncoder().encode(image)
        var manifests = document["manifests"]?.array ?? []
        if let name {
            for place in manifests.indices where Self.name(of: manifests[place]) == name {
                manifests[place] = Self.unnamed(manifests[place])
            }
        }
        let same = manifests.indices.filter {
            Self.name(of: manifests[$0]) == nil && manifests[$0]["digest"] == entry["digest"]
        }
        if let first = same.first {
            manifests[first] = entry
            for other in same.dropFirst().reversed() { manifests.remove(at: other) }
        } else {
            manifests.append(entry)
        }
        document["manifests"] = .array(manifests)
    }

    /// Removes the entries at these places.
    mutating func remove(at places: [Int]) {
        var manifests = document["manifests"]?.array ?? []
        for place in places.sorted().reversed() where manifests.indices.contains(place) { manifests.remove(at: place) }
        document["manifests"] = .array(manifests)
    }

    private static func unnamed(_ entry: JSONValue) -> JSONValue {
        guard var object = entry.object, var annotations = object["annotations"]?.object else { return entry }
        annotations.remove(LayoutPath.nameAnnotation)
        annotations.remove(LayoutPath.containerdNameAnnotation)
        if annotations.isEmpty { object.remove("annotations") } else { object["annotations"] = .object(annotations) }
        return .object(object)
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
