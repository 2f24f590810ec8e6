package import JSONText

extension WorkingContainer {
    /// Everything about the container, as `inspect` prints it.
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
        value["ImageAnnotations"] = annotations.isEmpty ? .null : state["annotations"]
        value["ImageCreatedBy"] = text("created-by")
        value["OCIv1"] = state["ociv1"]
        value["Docker"] = state["docker"]
        value["DefaultMountsFilePath"] = text("defaultMountsFilePath")
        value["Isolation"] = .string(settings.isolation.name)
        value["NamespaceOptions"] = state["NamespaceOptions"]
        value["Capabilities"] = state["Capabilities"] ?? .null
        value["ConfigureNetwork"] = .string(settings.networkPolicyName)
        value["CNIPluginPath"] = text("CNIPluginPath")
        value["CNIConfigDir"] = text("CNIConfigDir")
        value["IDMappingOptions"] = state["IDMappingOptions"]
        value["History"] = state["ociv1"]?["history"] ?? .null
        value["Devices"] = state["Devices"] ?? .array([])
        return value
    }
}

extension WorkingContainer.Isolation {
    /// As `--isolation` takes it.
    var name: String {
        switch self {
        case .standard, .oci: "oci"
        case .chroot: "chroot"
        case .rootless: "rootless"
        }
    }
}
