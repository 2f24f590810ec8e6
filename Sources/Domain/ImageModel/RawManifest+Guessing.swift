import JSONText

extension RawManifest {
    /// The manifest type that the bytes appear to have, or nil when they look like none.
    ///
    /// A known `mediaType` member decides; without one the schema version and the type of the configuration do, since
    /// early OCI manifests did not state their type.
    package static func guessType(_ bytes: [UInt8]) -> MediaType? {
        guard let document = try? JSONValue(parsing: bytes) else { return nil }
        return guessType(document)
    }

    static func type(of document: JSONValue, declared: MediaType?) throws(ImageModelError) -> MediaType {
        if let named = namedType(document) { return named }
        if let declared {
            // Registries that only know schema 1 label it as plain JSON.
            if declared.isManifest || declared.isIndex, !declared.isSchema1 { return declared }
        }
        if let guessed = guessType(document) { return guessed }
        throw ImageModelError(
            .unknownType,
            "cannot determine the type of the manifest" + (declared.map { "; it was declared as \"\($0)\"" } ?? ""))
    }

    private static func namedType(_ document: JSONValue) -> MediaType? {
        guard let name = document["mediaType"]?.string else { return nil }
        let type = MediaType(rawValue: name)
        return [.dockerManifest, .dockerManifestList, .ociManifest, .ociIndex].contains(type) ? type : nil
    }

    private static func guessType(_ document: JSONValue) -> MediaType? {
        if let named = namedType(document) { return named }
        switch document["schemaVersion"]?.integer {
        case 1:
            return (document["signatures"] ?? .null).isNull ? .dockerSchema1 : .dockerSchema1Signed
        case 2:
            let configType = document["config"]?["mediaType"]?.string
            if configType == MediaType.ociConfig.rawValue { return .ociManifest }
            if configType == MediaType.dockerConfig.rawValue { return .dockerManifest }
            let manifests = document["manifests"]?.array ?? []
            let isLayout = document["manifests"] != nil && document["config"] == nil && document["layers"] == nil
            return (!manifests.isEmpty && configType == nil) || isLayout ? .ociIndex : .ociManifest
        default:
            return nil
        }
    }
}
