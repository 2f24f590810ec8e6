package import ContainerStore
package import ContentDigest
package import ImageModel
import JSONText
import LinuxSystem

/// A manifest list that is being assembled in the store.
///
/// It is an image record without a layer. Its data `manifest` is the list itself: an OCI index, or Docker's manifest
/// list where that is sufficient. Its data `instances.json` maps each listed digest to where that image can be read, as
/// `transport:reference`. Buildah and Podman store theirs in the same way, so that each tool can continue another's.
package struct ManifestList: Sendable {
    /// The id of its record in the store.
    package let id: String
    /// Its fully qualified names.
    package private(set) var names: [String]
    /// The list. Members of both formats may be set; writing drops those that the format cannot express.
    package var index: ImageIndex
    /// Where each listed image is, as `transport:reference`.
    package internal(set) var places: [Digest: String]
    /// The artifacts among the entries.
    var artifacts = ListArtifacts()
    /// The manifest of the image that becomes this list.
    private var ownManifest: RawManifest?
    /// Whether its record says which artifacts there are, even none.
    private var recordsArtifacts = false

    /// The data item with the locations of listed images.
    static let placesKey = "instances.json"

    /// Reads a list from the store.
    ///
    /// - Throws: ``ManifestListError`` with `notAList` for an image, `malformed`.
    package init(_ record: ImageRecord, in store: ContainerStore) throws {
        guard let raw = try store.manifest(of: record), raw.isIndex else {
            throw ManifestListError(.notAList, "\(record.names.first ?? record.id): image is not a manifest list")
        }
        id = record.id
        names = record.names
        index = try raw.decodeIndex()
        places = try Self.places(of: record, in: store)
        if let bytes = try store.bigData(image: record.id, ListArtifacts.key) {
            artifacts = try ListArtifacts(parsing: bytes, list: record.id)
            recordsArtifacts = true
        }
    }

    /// Looks up a list by name or id.
    ///
    /// - Throws: ``ManifestListError`` with `notFound`, `notAList`, `malformed`.
    package init(_ name: String, in store: ContainerStore) throws {
        guard let record = try store.image(name) else {
            throw ManifestListError(.notFound, "\(name): image not known")
        }
        try self.init(record, in: store)
    }

    /// A new, empty list, not yet in the store.
    package init(names: [String]) {
        id = RandomBytes.hex(32)
        self.names = names
        index = ImageIndex()
        places = [:]
    }

    /// The list that an image of the store becomes, in place, when it is amended as a list: with itself as the only
    /// entry, under its id and its names, as in Buildah. Its layers stay.
    package init(converting image: ImageRecord, in store: ContainerStore) throws {
        id = image.id
        names = image.names
        index = ImageIndex()
        places = [:]
        let candidate = try ListCandidate(image, in: store)
        _ = try add(candidate, .all)
        ownManifest = candidate.manifest
    }

    /// Whether an image record is a list. An image that became one in place still has its layers.
    package static func isList(_ record: ImageRecord, in store: ContainerStore) throws -> Bool {
        guard record.topLayer == nil || record.bigDataNames.contains(placesKey) else { return false }
        return try store.isList(record)
    }

    private static func places(of record: ImageRecord, in store: ContainerStore) throws -> [Digest: String] {
        guard let bytes = try store.bigData(image: record.id, placesKey) else { return [:] }
        guard let object = try? JSONValue(parsing: bytes).object else {
            throw ManifestListError(.malformed, "manifest list \(record.id): \(placesKey) is not a JSON object")
        }
        var places: [Digest: String] = [:]
        // The entry without a digest names the list itself.
        for (key, value) in object {
            if let digest = Digest(key), let place = value.string { places[digest] = place }
        }
        return places
    }

    // MARK: Writing

    /// The list in its stored form: an OCI index once there is an entry, unless only Docker's format can express it.
    package var serialized: RawManifest {
        get throws { try serialized(as: preferredType) }
    }

    /// The list in one of the two formats.
    package func serialized(as type: MediaType) throws -> RawManifest {
        let converted = try ManifestConversion.convert(index, to: type)
        guard var object = try JSONValueEncoder().encode(converted).object else {
            throw ManifestListError(.malformed, "manifest list \(id) cannot be encoded")
        }
        // As other tools write it.
        if index.manifests.isEmpty { object["manifests"] = .null }
        return try RawManifest(bytes: JSONValue.object(object).serialized(), declaredType: type)
    }

    /// The format that can express the whole list. OCI's wins where each has something that the other lacks.
    package var preferredType: MediaType {
        let needsOCI =
            index.annotations?.isEmpty == false || index.subject != nil || index.artifactType?.isEmpty == false
            || index.manifests.contains { entry in
                entry.annotations?.isEmpty == false || entry.urls?.isEmpty == false || entry.artifactType != nil
                    || entry.platform == nil
            }
        if needsOCI { return .ociIndex }
        let needsDocker = index.manifests.contains { $0.platform?.features?.isEmpty == false }
        return needsDocker || index.manifests.isEmpty ? .dockerManifestList : .ociIndex
    }

    /// Adds a new list to the store.
    ///
    /// - Parameter takesNames: whether to take its names from images that have them.
    /// - Throws: ``ManifestListError`` with `exists` when another image has one of its names.
    package func create(in store: ContainerStore, takesNames: Bool = false) throws {
        do {
            try write(to: store, names: names, takesNames: takesNames)
        } catch let error as StoreError where error.kind == .exists {
            throw ManifestListError(.exists, "creating image to hold manifest list: \(error)")
        }
    }

    /// Changes a list of the store, excluding concurrent changes by other tools.
    ///
    /// - Returns: the changed list, and the result of `change`.
    package static func change<Result>(
        _ record: ImageRecord, in store: ContainerStore, _ change: (inout ManifestList) throws -> Result
    ) throws -> (list: ManifestList, result: Result) {
        try store.withLock(of: Digest(.sha256, hex: record.id)) {
            var list = try ManifestList(record, in: store)
            let result = try change(&list)
            try list.write(to: store, names: [], takesNames: false)
            return (list, result)
        }
    }

    private func write(to store: ContainerStore, names: [String], takesNames: Bool) throws {
        let raw = try serialized
        var object = JSONObject([("", .string(id))])
        for (digest, place) in places.sorted(by: { $0.key.description < $1.key.description }) {
            object[digest.description] = .string(place)
        }
        var items = [
            (key: "manifest", bytes: raw.bytes),
            (key: Self.placesKey, bytes: JSONValue.object(object).serialized(escapeHTML: true)),
        ]
        if let ownManifest { items.insert((key: "manifest-\(ownManifest.digest)", bytes: ownManifest.bytes), at: 0) }
        if !artifacts.isEmpty || recordsArtifacts {
            items.append((key: ListArtifacts.key, bytes: artifacts.serialized))
        }
        try store.createImage(
            id: id, names: names, topLayer: nil, metadata: "", digest: raw.digest, created: Clock.now(),
            bigData: items, takesNames: takesNames)
    }
}
