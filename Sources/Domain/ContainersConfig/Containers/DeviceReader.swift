/// Reads device descriptions; anything unknown is an error.
struct DeviceReader {
    let file: String

    func invalid(_ message: String) -> ConfigError { ConfigError(.invalidValue, message, file: file) }

    func members(
        _ value: YAMLSubset.Value, _ place: String, allowed: Set<String>
    ) throws(ConfigError) -> [String: YAMLSubset.Value] {
        if case .scalar("") = value { return [:] }
        guard case .mapping(let pairs) = value else { throw invalid("\(place) must be a mapping") }
        for (key, _) in pairs where !allowed.contains(key) {
            throw ConfigError(.unsupported, "\(place): \(key) is not supported", file: file)
        }
        return Dictionary(pairs.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }

    func text(_ value: YAMLSubset.Value?, _ key: String) throws(ConfigError) -> String {
        guard case .scalar(let text) = value, !text.isEmpty else { throw invalid("\(key) is missing") }
        return text
    }

    func list(_ value: YAMLSubset.Value?, _ key: String) throws(ConfigError) -> [YAMLSubset.Value] {
        switch value {
        case nil, .scalar(""): return []
        case .list(let items): return items
        default: throw invalid("\(key) must be a list")
        }
    }

    func texts(_ value: YAMLSubset.Value?, _ key: String) throws(ConfigError) -> [String] {
        var texts: [String] = []
        for item in try list(value, key) { texts.append(try text(item, key)) }
        return texts
    }

    /// The annotations of a file or a device.
    func annotations(_ value: YAMLSubset.Value?) throws(ConfigError) -> [String: String] {
        guard let value else { return [:] }
        if case .scalar("") = value { return [:] }
        guard case .mapping(let pairs) = value else { throw invalid("annotations must be a mapping") }
        var annotations: [String: String] = [:]
        for (key, value) in pairs {
            guard case .scalar(let text) = value else { throw invalid("annotations: \(key) must be a string") }
            annotations[key] = text
        }
        return annotations
    }

    /// Adds the edits of one `containerEdits`.
    func add(_ value: YAMLSubset.Value, to edits: inout DeviceDescriptions.Edits) throws(ConfigError) {
        let members = try members(value, "containerEdits", allowed: ["env", "deviceNodes", "mounts"])
        edits.environment += try texts(members["env"], "env")
        for item in try list(members["deviceNodes"], "deviceNodes") {
            // The node is the host's, so that kind and numbers are, too.
            let node = try self.members(
                item, "deviceNodes", allowed: ["path", "hostPath", "type", "major", "minor", "permissions"])
            let path = try text(node["path"], "path")
            edits.nodes.append(
                DeviceDescriptions.Edits.Node(
                    hostPath: try node["hostPath"].map { value throws(ConfigError) in try text(value, "hostPath") }
                        ?? path,
                    path: path,
                    permissions: try node["permissions"].map { value throws(ConfigError) in
                        try text(value, "permissions")
                    } ?? "rwm"))
        }
        for item in try list(members["mounts"], "mounts") {
            let mount = try self.members(
                item, "mounts", allowed: ["hostPath", "containerPath", "options", "type"])
            if let type = mount["type"] {
                let type = try text(type, "type")
                guard type == "bind" || type == "none" else {
                    throw ConfigError(.unsupported, "mounts: type \(type) is not supported", file: file)
                }
            }
            edits.mounts.append(
                DeviceDescriptions.Edits.Mount(
                    hostPath: try text(mount["hostPath"], "hostPath"),
                    containerPath: try text(mount["containerPath"], "containerPath"),
                    options: try texts(mount["options"], "options")))
        }
    }
}
