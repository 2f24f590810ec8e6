import ContentDigest
import ImageModel
import ProgressEvents

/// Turns events into the lines that this field's users know.
struct ProgressRendering: Sendable {
    /// Where steps are told; nil: nowhere.
    let steps: StandardStream?
    /// Where copies are told; nil: nowhere.
    let copies: StandardStream?

    var handler: ProgressHandler {
        { event in self.render(event) }
    }

    private func render(_ event: ProgressEvent) {
        switch event {
        case .stepStarted(let index, let count, let text, let stage):
            steps?.write("\(stage.map { "[\($0)] " } ?? "")STEP \(index)/\(count): \(text)\n")
        case .stepCached(_, let image): steps?.write("--> Using cache \(image)\n")
        case .stepOutput(_, _, let bytes): steps?.write(String(decoding: bytes, as: UTF8.self))
        case .stepDone: break
        case .commitStarted(let name): steps?.write(name.map { "COMMIT \($0)\n" } ?? "COMMIT\n")
        case .message(let text): steps?.write(text + "\n")
        case .warning(let text): StandardStream.error.write(text + "\n")
        case .signaturesStarted: copies?.write("Getting image source signatures\n")
        case .blobStarted(let digest, let kind, _):
            copies?.write(kind == .config ? "Copying config \(digest)\n" : "Copying blob \(digest)\n")
        case .blobAdvanced: break
        case .blobDone(let digest, let kind, let outcome):
            if kind == .layer, outcome == .skipped { copies?.write("Copying blob \(digest) skipped: already exists\n") }
        case .manifestStarted: copies?.write("Writing manifest to image destination\n")
        case .instanceStarted(let index, let count, let digest):
            copies?.write("Copying image \(digest) (\(index)/\(count))\n")
        }
    }

    /// Tells of an image that was written into the store as of any other copy.
    func tellOfCopy(_ manifest: RawManifest) throws {
        let manifest = try manifest.decodeManifest()
        render(.signaturesStarted)
        for layer in manifest.layers { render(.blobStarted(digest: layer.digest.description, kind: .layer, size: nil)) }
        render(.blobStarted(digest: manifest.config.digest.description, kind: .config, size: nil))
        render(.manifestStarted)
    }
}
