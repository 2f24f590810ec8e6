import ContentDigest
import ImageModel
package import JSONText

extension ManifestList {
    /// The list for `manifest inspect`: in Docker's structure, with OCI's additional members.
    package var inspection: JSONValue {
        get throws {
            var object = JSONObject()
            object["schemaVersion"] = 2
            object["mediaType"] = .string(preferredType.rawValue)
            if let type = index.artifactType { object["artifactType"] = .string(type) }
            let entries = try index.manifests.map { try Self.inspection(of: $0) }
            object["manifests"] = entries.isEmpty ? .null : .array(entries)
            if let subject = index.subject { object["subject"] = try Self.inspection(of: subject) }
            if let annotations = index.annotations, !annotations.isEmpty {
                object["annotations"] = Self.sorted(annotations)
            }
            return .object(object)
        }
    }

    private static func inspection(of entry: Descriptor) throws -> JSONValue {
        let encoded = try JSONValueEncoder().encode(entry)
        var object = JSONObject()
        object["mediaType"] = .string(entry.mediaType.rawValue)
        object["size"] = .integer(entry.size)
        object["digest"] = .string(entry.digest.description)
        if let urls = encoded["urls"] { object["urls"] = urls }
        object["platform"] = encoded["platform"] ?? ["architecture": "", "os": ""]
        if let annotations = entry.annotations, !annotations.isEmpty { object["annotations"] = sorted(annotations) }
        for key in ["artifactType", "data"] {
            if let value = encoded[key] { object[key] = value }
        }
        return .object(object)
    }

    private static func sorted(_ texts: [String: String]) -> JSONValue {
        .object(JSONObject(texts.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }
}
