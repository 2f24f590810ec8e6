package import ContainerStore
import ContentDigest
package import ImageModel
import JSONText
import LinuxSystem

extension WorkingContainer {
    /// The initial state of a new working container.
    package struct Request: Sendable {
        /// The image, and the name by which it was found; nil for scratch.
        package var image: StoredImage?
        package var imageName = ""
        /// The platform of a container from scratch.
        package var platform = Platform.host
        /// The container's name; nil to derive it from the image's.
        package var name: String?
        /// The end of a derived name.
        package var suffix = "working-container"
        package var format = ImageFormat.oci
        package var settings = RunSettings()

        package init() {}
    }

    /// Creates a container and its state file.
    ///
    /// - Throws: `StoreError` with `exists` if the requested name is in use.
    package static func create(_ request: Request, in store: ContainerStore) throws -> WorkingContainer {
        let names = request.name.map { [$0] }
        var attempt = 0
        while true {
            let name = try names?[0] ?? freeName(for: request.imageName, request.suffix, in: store)
            do {
                return try create(request, named: name, in: store)
            } catch let error as StoreError {
                // Another process may have taken the name meanwhile.
                attempt += 1
                guard names == nil, error.kind == .exists, attempt < 100 else { throw error }
            }
        }
    }

    /// The state file is there before the record is: without it, after a kill in between, no tool would know whose
    /// container it is.
    private static func create(_ request: Request, named name: String, in store: ContainerStore) throws
        -> WorkingContainer
    {
        var draft = ContainerRecord(id: RandomBytes.hex(32), image: "", layer: "", created: "")
        draft.names = [name]
        var container = WorkingContainer(request, draft)
        container.record = try store.createContainer(
            ContainerRequest(
                id: draft.id, names: [name], image: request.image?.record.id,
                baseLayer: request.image?.record.topLayer,
                files: [(stateFile, try container.encodedState().serialized(escapeHTML: true))]))
        return container
    }

    init(_ request: Request, _ record: ContainerRecord) {
        self.record = record
        settings = request.settings
        format = request.format
        imageName = request.imageName
        comment = ""
        createdBy = ""
        historyComment = ""
        history = []
        annotations = [:]
        state = ["Args": [:], "Devices": .array([])]
        state["IDMappingOptions"] = [
            "HostUIDMapping": true, "HostGIDMapping": true, "UIDMap": .array([]), "GIDMap": .array([]),
            "AutoUserNs": false,
            "AutoUserNsOpts": [
                "Size": 0, "InitialSize": 0, "PasswdFile": "", "GroupFile": "", "AdditionalUIDMappings": .null,
                "AdditionalGIDMappings": .null,
            ],
        ]
        guard let image = request.image else {
            imageID = ""
            imageDigest = ""
            config = ImageConfig(rootfs: RootFS(diffIDs: []))
            config.platform = request.platform
            config.created = Clock.rfc3339(Clock.now())
            return
        }
        imageID = image.record.id
        imageDigest = image.manifest.digest.description
        config = image.config
        comment = image.config.extra["comment"]?.string ?? ""
        config.extra = JSONObject()
        // Members specific to Docker's format are kept in their own part of the file.
        if let extra = config.config?.extra, !extra.isEmpty {
            state["docker"] = ["config": .object(extra)]
            config.config?.extra = JSONObject()
        }
        annotations = image.manifestAnnotations
        BaseImageName.annotate(&annotations, name: request.imageName, digest: imageDigest)
        state["config"] = .string(Base64.encode(image.configBytes))
        state["manifest"] = .string(Base64.encode(image.manifest.bytes))
        if let layer = image.record.topLayer { state["TopLayer"] = .string(layer) }
    }

    /// `IMAGE-working-container`, with a number if that is in use.
    private static func freeName(for image: String, _ suffix: String, in store: ContainerStore) throws -> String {
        let taken = Set(try store.containers().flatMap(\.names))
        let stem = shortName(of: image)
        let base = stem.isEmpty ? suffix : "\(stem)-\(suffix)"
        if !taken.contains(base) { return base }
        var number = 1
        while taken.contains("\(base)-\(number)") { number += 1 }
        return "\(base)-\(number)"
    }

    /// The last component of an image's name without tag and digest, or the beginning of its id.
    static func shortName(of image: String) -> String {
        var text = image
        if text.hasPrefix("sha256:") { text = String(text.dropFirst(7)) }
        if text.count == 64, text.allSatisfy(\.isHexDigit) { return String(text.prefix(12)) }
        text = text.split(separator: "/").last.map(String.init) ?? text
        return text.split(whereSeparator: { $0 == ":" || $0 == "@" }).first.map(String.init) ?? text
    }
}

extension StoredImage {
    /// The annotations of the manifest.
    package var manifestAnnotations: [String: String] {
        (try? manifest.decodeManifest().annotations) ?? [:]
    }
}
