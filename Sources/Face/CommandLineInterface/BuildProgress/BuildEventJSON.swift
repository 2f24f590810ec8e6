import ImageModel
import JSONText
import LinuxSystem
import ProgressEvents

/// The JSON form of a build's events (docs/progress.md).
enum BuildEventJSON {
    static func line(_ event: ProgressEvent, _ platform: Platform?, at time: FileTime = Clock.now()) -> String {
        var object = object(event)
        if object["platform"] == nil, let platform { object["platform"] = .string("\(platform)") }
        object["time"] = .string(Clock.rfc3339(time))
        return JSONValue.object(object).serializedString() + "\n"
    }

    private static func object(_ event: ProgressEvent) -> JSONObject {
        switch event {
        case .stepStarted(let id, let index, let count, let text, let stage):
            var object: JSONObject = [
                "event": "stepStarted", "id": .integer(Int64(id)), "index": .integer(Int64(index)),
                "of": .integer(Int64(count)), "text": .string(text),
            ]
            add(stage, to: &object)
            return object
        case .stepOutput(let id, let stream, let bytes):
            var object: JSONObject = [
                "event": "stepOutput", "id": .integer(Int64(id)),
                "stream": stream == .standardOutput ? "stdout" : "stderr",
            ]
            // Bytes that are no text would not survive as one.
            if let text = String(validating: bytes, as: UTF8.self) {
                object["text"] = .string(text)
            } else {
                object["base64"] = .string(Base64.encode(bytes))
            }
            return object
        case .stepCached(let id, let image, _):
            return ["event": "stepCached", "id": .integer(Int64(id)), "layer": .string(image)]
        case .stepDone(let id, let layer):
            var object: JSONObject = ["event": "stepDone", "id": .integer(Int64(id))]
            if let layer { object["layer"] = .string(layer) }
            return object
        case .stepFailed(let id): return ["event": "stepFailed", "id": .integer(Int64(id))]
        case .commitStarted(let name, let stage):
            var object: JSONObject = ["event": "commitStarted"]
            if let name { object["name"] = .string(name) }
            if let stage { add(stage, to: &object) }
            return object
        case .warning(let text): return ["event": "warning", "text": .string(text)]
        default: return ProgressJSON.object(event)
        }
    }

    private static func add(_ stage: ProgressEvent.Stage, to object: inout JSONObject) {
        object["stage"] = .string(stage.name)
        if let position = stage.position { object["stagePosition"] = .string(position) }
        if let platform = stage.platform { object["platform"] = .string(platform) }
    }
}
