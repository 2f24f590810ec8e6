import ContainerStore
import ImageModel
import JSONText

extension WorkingContainer {
    /// Reads a container's state file; nil if it has none, or one of another kind.
    init?(_ record: ContainerRecord, in store: ContainerStore) throws {
        guard let bytes = try store.file(container: record.id, WorkingContainer.stateFile) else { return nil }
        guard let state = try? JSONValue(parsing: bytes).object, state["type"]?.string == WorkingContainer.stateType
        else { return nil }
        self.state = state
        self.record = record
        func text(_ key: String) -> String { state[key]?.string ?? "" }
        imageName = text("image")
        imageID = text("image-id")
        imageDigest = text("image-digest")
        config = try WorkingContainer.configuration(in: state)
        comment = state["docker"]?["comment"]?.string ?? ""
        annotations = WorkingContainer.texts(state["annotations"])
        createdBy = text("created-by")
        historyComment = text("history-comment")
        history = try WorkingContainer.entries(state["PrependedEmptyLayers"])
        format = text("Format") == MediaType.dockerManifest.rawValue ? .docker : .oci
        settings = RunSettings(state)
    }

    /// Buildah's type of its containers.
    static let stateType = "buildah 0.0.1"

    private static func texts(_ value: JSONValue?) -> [String: String] {
        var texts: [String: String] = [:]
        for (key, value) in value?.object ?? JSONObject() { texts[key] = value.string }
        return texts
    }

    private static func entries(_ value: JSONValue?) throws -> [History] {
        try (value?.array ?? []).map { try JSONValueDecoder().decode(History.self, from: $0) }
    }

    /// The OCI configuration, including members specific to Docker's.
    private static func configuration(in state: JSONObject) throws -> ImageConfig {
        var config = try JSONValueDecoder().decode(ImageConfig.self, from: state["ociv1"] ?? [:])
        config.extra = JSONObject()
        guard let docker = state["docker"]?["config"], !docker.isNull else { return config }
        let known = try JSONValueDecoder().decode(ContainerConfig.self, from: docker)
        var container = config.config ?? ContainerConfig()
        container.hostname = known.hostname
        container.domainname = known.domainname
        container.healthcheck = known.healthcheck
        container.onBuild = known.onBuild
        container.shell = known.shell
        container.argsEscaped = known.argsEscaped
        container.extra = JSONObject()
        config.config = container
        return config
    }

    // MARK: Writing

    func encodedState() throws -> JSONValue {
        var state = state
        func set(_ key: String, _ text: String) {
            if text.isEmpty { state[key] = nil } else { state[key] = .string(text) }
        }
        state["type"] = .string(WorkingContainer.stateType)
        set("image", imageName)
        set("image-id", imageID)
        set("image-digest", imageDigest)
        set("container-name", name)
        set("container-id", id)
        set("created-by", createdBy)
        set("history-comment", historyComment)
        if !annotations.isEmpty || state["annotations"]?.isNull != true {
            state["annotations"] = .object(
                JSONObject(annotations.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        }
        state["ociv1"] = try openConfiguration()
        state["docker"] = .object(try dockerConfiguration())
        state["PrependedEmptyLayers"] =
            history.isEmpty ? .null : .array(try history.map { try JSONValueEncoder().encode($0) })
        state["Format"] = .string((format == .docker ? MediaType.dockerManifest : .ociManifest).rawValue)
        settings.write(to: &state)
        return .object(state)
    }

    /// The configuration without members specific to Docker's format.
    private func openConfiguration() throws -> JSONValue {
        var open = config
        var container = container
        container.hostname = nil
        container.domainname = nil
        container.healthcheck = nil
        container.onBuild = nil
        container.shell = nil
        container.argsEscaped = nil
        open.config = container
        return try JSONValueEncoder().encode(open)
    }

    /// The configuration in Docker's format, in which absent members are written as empty ones.
    func dockerConfiguration() throws -> JSONObject {
        var docker = state["docker"]?.object ?? JSONObject()
        for key in ["comment", "author", "variant", "os.version", "os.features", "history"] { docker.remove(key) }
        if !comment.isEmpty { docker["comment"] = .string(comment) }
        guard let encoded = try JSONValueEncoder().encode(config).object else { return docker }
        for (key, value) in encoded where key != "config" { docker[key] = value }
        let container = try dockerContainer(from: docker["config"]?.object ?? JSONObject())
        docker["config"] = .object(container)
        docker["container_config"] = .object(container)
        return docker
    }

    private func dockerContainer(from previous: JSONObject) throws -> JSONObject {
        DockerMembers.complete(try JSONValueEncoder().encode(container).object ?? JSONObject(), previous: previous)
    }
}
