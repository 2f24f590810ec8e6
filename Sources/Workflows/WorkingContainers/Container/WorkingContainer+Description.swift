import ContainerStore
import ImageModel
package import JSONText

extension WorkingContainer {
    /// All details of the container, in the format of `inspect`.
    package func description() throws -> JSONObject {
        guard let state = try encodedState().object else { return JSONObject() }
        func decoded(_ key: String) -> JSONValue {
            .string(String(decoding: Base64.decode(state[key]?.string ?? "") ?? [], as: UTF8.self))
        }
        func text(_ key: String) -> JSONValue { state[key] ?? "" }
        var value = JSONObject()
        value["Type"] = text("type")
        value["FromImage"] = text("image")
        value["FromImageID"] = text("image-id")
        value["FromImageDigest"] = text("image-digest")
        value["Config"] = decoded("config")
        value["Manifest"] = decoded("manifest")
        value["Container"] = text("container-name")
        value["ContainerID"] = text("container-id")
        value["MountPoint"] = text("mountpoint")
        value["ProcessLabel"] = text("process-label")
        value["MountLabel"] = text("mount-label")
        value["ImageAnnotations"] = state["annotations"] ?? .null
        value["ImageCreatedBy"] = text("created-by")
        value["OCIv1"] = state["ociv1"]
        value["Docker"] = WorkingContainer.inDockerOrder(state["docker"]?.object ?? JSONObject())
        value["DefaultMountsFilePath"] = text("defaultMountsFilePath")
        value["Isolation"] = .string(settings.isolation.name)
        value["NamespaceOptions"] = state["NamespaceOptions"]
        value["Capabilities"] = state["Capabilities"] ?? .null
        value["ConfigureNetwork"] = .string(settings.networkPolicyName)
        value["CNIPluginPath"] = text("CNIPluginPath")
        value["CNIConfigDir"] = text("CNIConfigDir")
        value["IDMappingOptions"] = state["IDMappingOptions"]
        // Entries recorded in the container follow those of the image.
        let history = [state["ociv1"]?["history"], state["PrependedEmptyLayers"], state["AppendedEmptyLayers"]]
            .compactMap { $0?.array }.joined()
        value["History"] = history.isEmpty ? .null : .array(Array(history))
        value["Devices"] = state["Devices"] ?? .null
        return value
    }

    /// All details of an image, in the format of a new container based on it.
    ///
    /// - Parameter name: the name by which it was found.
    package static func description(of image: StoredImage, name: String) throws -> JSONObject {
        var request = Request()
        request.image = image
        request.imageName = name
        var container = WorkingContainer(request, ContainerRecord(id: "", image: "", layer: "", created: ""))
        container.annotations = image.manifestAnnotations
        var value = try container.description()
        value["Container"] = ""
        value["Docker"] = docker(of: image, value["Docker"]?.object ?? JSONObject())
        value["ImageAnnotations"] = .object(
            JSONObject(container.annotations.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        value["Capabilities"] = .null
        value["Devices"] = .null
        return value
    }

    /// The members of an image's own configuration that a container's does not repeat.
    private static func docker(of image: StoredImage, _ docker: JSONObject) -> JSONValue {
        var docker = docker
        for (key, value) in zip(image.config.extra.keys, image.config.extra.values) where docker[key] == nil {
            docker[key] = value
        }
        let own = image.containerConfig
        let lists = [("OnBuild", own.onBuild), ("Cmd", own.cmd), ("Env", own.env)]
        for key in ["config", "container_config"] where !image.manifest.mediaType.isDocker {
            guard var config = docker[key]?.object else { continue }
            for (name, value) in lists where value == nil { config[name] = .null }
            docker[key] = .object(config)
        }
        return inDockerOrder(docker)
    }

    /// The members in the order of Docker's structure, followed by those it does not have.
    private static func inDockerOrder(_ image: JSONObject) -> JSONValue {
        let order = [
            "id", "parent", "comment", "created", "container", "container_config", "docker_version", "author", "config",
            "architecture", "variant", "os", "Size", "rootfs", "history",
        ]
        var result = JSONObject()
        for key in order + image.keys.filter({ !order.contains($0) }) { result[key] = image[key] }
        if result["rootfs"]?["diff_ids"]?.array?.isEmpty == true { result["rootfs"] = ["type": "layers"] }
        return .object(result)
    }
}

extension WorkingContainer.Isolation {
    /// The value for `--isolation`.
    var name: String {
        switch self {
        case .standard, .oci: "oci"
        case .chroot: "chroot"
        case .rootless: "rootless"
        }
    }
}
