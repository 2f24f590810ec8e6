import ContentDigest
import ImageModel
import JSONText
import LinuxSystem

extension CacheTable {
    /// The document.
    package func serialized() -> [UInt8] {
        let places = layerPlaces
        var document = JSONObject()
        document["layers"] = .array(places.order.map { layer($0, places) })
        document["records"] = .array(order.compactMap { key in steps[key].map { record($0, places.byKey[key]) } })
        return JSONValue.object(document).serialized()
    }

    /// The records alone, for the configuration of an image (`moby.buildkit.cache.v0`): there the layers are the
    /// image's own.
    ///
    /// - Parameter layers: the layers of the image by their ids.
    package func serializedRecords(layers: [String: Int], id: (CachedStep) -> String?) -> [UInt8] {
        JSONValue.array(
            order.compactMap { key in steps[key].map { record($0, id($0).flatMap { layers[$0] }) } }
        ).serialized()
    }

    /// The layers in the table: a layer is one blob on one parent.
    private struct Places {
        var order: [CachedStep] = []
        /// The place of a step's layer.
        var byKey: [String: Int] = [:]
        /// The place of a layer by its id.
        var byID: [String: Int] = [:]
    }

    private var layerPlaces: Places {
        var places = Places()
        for key in order {
            guard let step = steps[key], let id = step.resultID else { continue }
            if let known = places.byID[id] {
                places.byKey[key] = known
                continue
            }
            places.byKey[key] = places.order.count
            places.byID[id] = places.order.count
            places.order.append(step)
        }
        return places
    }

    private func layer(_ step: CachedStep, _ places: Places) -> JSONValue {
        guard let layer = step.layer else { return .null }
        var object = JSONObject()
        object["blob"] = .string(layer.blob.digest.description)
        object["parent"] = .integer(Int64(step.parent.flatMap { places.byID[$0] } ?? -1))
        object["annotations"] = [
            "mediaType": .string(layer.blob.mediaType.rawValue), "diffID": .string(layer.diffID.description),
            "size": .integer(layer.blob.size), "createdAt": .string(Clock.rfc3339(step.created)),
        ]
        return .object(object)
    }

    private func record(_ step: CachedStep, _ place: Int?) -> JSONValue {
        var object = JSONObject()
        let created = JSONValue.string(Clock.rfc3339(step.created))
        if let place { object["layers"] = [["layer": .integer(Int64(place)), "createdAt": created]] }
        object["digest"] = .string("sha256:\(step.key)")
        var own = JSONObject()
        own["created"] = created
        if let parent = step.parent { own["parent"] = .string(parent) }
        if let size = step.layer?.size { own["size"] = .integer(size) }
        if !step.note.isEmpty { own["note"] = .string(step.note) }
        object[Self.ownMember] = .object(own)
        return .object(object)
    }
}
