import ImageModel
import JSONText
import ProgressEvents
import WorkingContainers

extension SecretGate {
    /// Checks an image's configuration, its history and the annotations of its manifest.
    func check(_ draft: ImageDraft, _ report: ProgressHandler) throws {
        guard let patterns else { return }
        var found: [(place: String, leaks: Set<SecretSearch.Leak>)] = []
        func check(_ text: String, _ place: String) {
            let leaks = SecretSearch.leaks(in: Array(text.utf8), patterns)
            if !leaks.isEmpty { found.append((place, leaks)) }
        }
        func walk(_ value: JSONValue, _ place: String) {
            switch value {
            case .string(let text): check(text, place)
            case .array(let values):
                for (index, value) in values.enumerated() { walk(value, "\(place)[\(index)]") }
            case .object(let object):
                for (key, value) in zip(object.keys, object.values) {
                    check(key, place)
                    let isSecret = !SecretSearch.leaks(in: Array(key.utf8), patterns).isEmpty
                    walk(value, isSecret ? place : place.isEmpty ? key : "\(place).\(key)")
                }
            default: break
            }
        }
        walk(try JSONValueEncoder().encode(draft.config), "")
        for (key, value) in draft.annotations.sorted(by: { $0.key < $1.key }) {
            check(key, "annotations")
            check(value, "annotations")
        }
        for (place, leaks) in found {
            try tell(leaks, in: "the image's configuration (\(place.isEmpty ? "a name" : place))", report)
        }
    }
}
