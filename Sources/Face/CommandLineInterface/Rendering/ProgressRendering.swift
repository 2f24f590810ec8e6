import ContentDigest
import ImageModel
import JSONText
import ProgressEvents

/// Renders events as lines in the format of related tools, as progress bars on a terminal, or as JSON.
struct ProgressRendering: Sendable {
    /// Where to print steps; nil: nowhere.
    let steps: StandardStream?
    /// Where to print copies; nil: nowhere.
    let copies: StandardStream?
    /// Whether to print copies as one JSON object per event.
    let isJSON: Bool
    /// The prefix for each step: the platform in multi-platform builds.
    var stepPrefix = ""
    /// Tells the steps apart that run at once.
    var prefixes = StepPrefixes()
    /// Whether to also print every event to standard error.
    var isDebugging = false
    private let bars: CopyProgress?

    init(steps: StandardStream?, copies: StandardStream?, isJSON: Bool = false, isPlain: Bool = false) {
        self.steps = steps
        self.copies = copies
        self.isJSON = isJSON
        bars = copies.flatMap { isJSON || isPlain || !$0.isTerminal ? nil : CopyProgress($0) }
    }

    var handler: ProgressHandler {
        { event in self.render(event) }
    }

    private func render(_ event: ProgressEvent) {
        switch event {
        case .stepStarted(let id, let index, let count, let text, let stage):
            prefixes.begin(id, StepPrefixes.prefix(index, count, stage, platform: nil))
            steps?.write("\(prefix(stage))STEP \(index)/\(count): \(text)\n")
        case .stepCached(let id, let image, let isLast):
            let prefix = prefixes.end(id)
            steps?.write("\(prefix)--> Using cache \(image)\n" + (isLast ? "" : "\(prefix)--> \(image.prefix(12))\n"))
        // Errors are shown even if nothing else is.
        case .stepOutput(let id, .standardError, let bytes):
            StandardStream.error.writeUnchanged(prefixes.prefixed(id, bytes))
        case .stepOutput(let id, .standardOutput, let bytes): steps?.writeUnchanged(prefixes.prefixed(id, bytes))
        case .stepDone(let id, let layer):
            let prefix = prefixes.end(id)
            if let layer { (steps ?? copies)?.write("\(prefix)--> \(layer.prefix(12))\n") }
        case .stepFailed(let id): _ = prefixes.end(id)
        case .terminalTaken, .terminalReturned: break
        case .commitStarted(let name, let stage):
            steps?.write("\(prefix(stage))COMMIT\(name.map { " \($0)" } ?? "")\n")
        case .message(let text):
            if isJSON { copies?.write(ProgressJSON.line(event)) } else { (steps ?? copies)?.write(text + "\n") }
        case .warning(let text): StandardStream.error.write(MessageText.shown(text) + "\n")
        case .signaturesStarted, .blobStarted, .blobAdvanced, .blobDone, .manifestStarted, .listStarted,
            .listManifestStarted, .instanceStarted, .listSignaturesStarted, .signaturesFound, .signingStarted,
            .signaturesStored:
            if isDebugging { StandardStream.error.write("debug: \(ProgressJSON.line(event))") }
            if isJSON {
                copies?.write(ProgressJSON.line(event))
            } else {
                renderCopy(event)
            }
        }
    }

    private func prefix(_ stage: ProgressEvent.Stage?) -> String {
        stepPrefix + (stage?.position.map { "[\($0)] " } ?? "")
    }

    private func renderCopy(_ event: ProgressEvent) {
        switch event {
        case .signaturesStarted: copies?.write("Getting image source signatures\n")
        case .listSignaturesStarted: copies?.write("Getting image list signatures\n")
        case .signaturesFound(let isList):
            copies?.write("Checking if image \(isList ? "list " : "")destination supports signatures\n")
        case .signingStarted(let isList, let method):
            copies?.write("Signing manifest \(isList ? "list " : "")using \(method)\n")
        case .signaturesStored(let isList):
            copies?.write("Storing \(isList ? "list " : "")signatures\n")
        case .blobStarted, .blobAdvanced, .blobDone:
            if let bars { bars.take(event) } else { renderPlain(event) }
        case .manifestStarted:
            bars?.close()
            copies?.write("Writing manifest to image destination\n")
        case .listStarted(let copied, let count):
            copies?.write("Copying \(copied) of \(count) images in list\n")
        case .listManifestStarted:
            bars?.close()
            copies?.write("Writing manifest list to image destination\n")
        case .instanceStarted(let index, let count, let digest):
            bars?.close()
            copies?.write("Copying image \(digest) (\(index)/\(count))\n")
        default: break
        }
    }

    /// Reports an image that was written to the store like any other copy.
    func tellOfCopy(_ manifest: RawManifest) throws {
        let manifest = try manifest.decodeManifest()
        render(.signaturesStarted)
        for layer in manifest.layers { tellOfBlob(layer, .layer) }
        tellOfBlob(manifest.config, .config)
        render(.manifestStarted)
    }

    private func tellOfBlob(_ blob: Descriptor, _ kind: ProgressEvent.BlobKind) {
        render(.blobStarted(digest: blob.digest.description, kind: kind, size: blob.size))
        render(.blobDone(digest: blob.digest.description, kind: kind, outcome: .copied))
    }

    private func renderPlain(_ event: ProgressEvent) {
        switch event {
        case .blobStarted(let digest, let kind, _):
            copies?.write(kind == .config ? "Copying config \(digest)\n" : "Copying blob \(digest)\n")
        case .blobDone(let digest, .layer, .skipped):
            copies?.write("Copying blob \(digest) skipped: already exists\n")
        case .blobDone(let digest, .config, .skipped), .blobDone(let digest, .config, .mounted):
            copies?.write("Copying config \(digest)\n")
        case .blobDone(let digest, .layer, .mounted):
            copies?.write("Copying blob \(digest) mounted from another repository\n")
        default: break
        }
    }
}

/// The JSON form of copy events.
enum ProgressJSON {
    static func line(_ event: ProgressEvent) -> String {
        JSONValue.object(object(event)).serializedString() + "\n"
    }

    static func object(_ event: ProgressEvent) -> JSONObject {
        switch event {
        case .signaturesStarted: return ["event": "signaturesStarted"]
        case .listSignaturesStarted: return ["event": "listSignaturesStarted"]
        case .signaturesFound(let isList): return ["event": "signaturesFound", "list": .bool(isList)]
        case .signingStarted(let isList, let method):
            return ["event": "signingStarted", "list": .bool(isList), "method": .string(method)]
        case .signaturesStored(let isList): return ["event": "signaturesStored", "list": .bool(isList)]
        case .blobStarted(let digest, let kind, let size):
            var object: JSONObject = ["event": "blobStarted", "digest": .string(digest), "kind": .string(name(kind))]
            if let size, size >= 0 { object["size"] = .integer(size) }
            return object
        case .blobAdvanced(let digest, let bytes):
            return ["event": "blobAdvanced", "digest": .string(digest), "bytes": .integer(bytes)]
        case .blobDone(let digest, let kind, let outcome):
            return [
                "event": "blobDone", "digest": .string(digest), "kind": .string(name(kind)),
                "outcome": .string(name(outcome)),
            ]
        case .manifestStarted: return ["event": "manifestStarted"]
        case .listStarted(let copied, let count):
            return ["event": "listStarted", "copied": .integer(Int64(copied)), "of": .integer(Int64(count))]
        case .listManifestStarted: return ["event": "listManifestStarted"]
        case .instanceStarted(let index, let count, let digest):
            return [
                "event": "instanceStarted", "digest": .string(digest), "index": .integer(Int64(index)),
                "of": .integer(Int64(count)),
            ]
        case .message(let text): return ["event": "message", "text": .string(text)]
        default: return ["event": "other"]
        }
    }

    private static func name(_ kind: ProgressEvent.BlobKind) -> String {
        switch kind {
        case .layer: "layer"
        case .config: "config"
        }
    }

    private static func name(_ outcome: ProgressEvent.BlobOutcome) -> String {
        switch outcome {
        case .copied: "copied"
        case .skipped: "skipped"
        case .mounted: "mounted"
        }
    }
}
