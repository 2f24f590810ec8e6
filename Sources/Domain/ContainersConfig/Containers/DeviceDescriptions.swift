import JSONText

/// Devices as vendors describe them for containers: the files of the Container Device Interface (CDI), version 0.3 to
/// 0.8, in YAML or JSON.
package struct DeviceDescriptions: Sendable {
    /// What a container with a device gets.
    package struct Edits: Sendable, Equatable {
        /// A device node.
        package struct Node: Sendable, Equatable {
            package var hostPath: String
            package var path: String
            package var permissions: String
        }

        /// A bind mount.
        package struct Mount: Sendable, Equatable {
            package var hostPath: String
            package var containerPath: String
            package var options: [String]
        }

        /// `NAME=VALUE`
        package var environment: [String] = []
        package var nodes: [Node] = []
        package var mounts: [Mount] = []
    }

    /// The edits of one file, to be read when one of its devices is requested.
    private struct Description {
        let file: String
        let common: YAMLSubset.Value?
        let own: YAMLSubset.Value?
        /// Those of the file, overridden by the device's.
        let annotations: [String: String]
    }

    private var devices: [String: Description] = [:]
    private let directories: [String]

    /// Whether it is the name of such a device, `VENDOR/CLASS=NAME`, rather than a path.
    package static func isName(_ text: String) -> Bool {
        guard !text.hasPrefix("/"), let equals = text.firstIndex(of: "=") else { return false }
        let kind = text[..<equals].split(separator: "/", omittingEmptySubsequences: false)
        return kind.count == 2 && kind.allSatisfy { $0.first?.isLetter ?? false }
            && text.index(after: equals) != text.endIndex
    }

    /// Reads all files of the directories, later ones having precedence. Missing directories count as empty.
    package init(directories: [String]) throws(ConfigError) {
        self.directories = directories
        for directory in directories {
            var files: [String] = []
            for suffix in [".json", ".yaml"] {
                for name in try ConfigFiles.names(in: directory, endingIn: suffix) {
                    files.append("\(directory)/\(name)")
                }
            }
            var found: [String: Description] = [:]
            for file in files.sorted() { try Self.read(file, into: &found) }
            devices.merge(found) { $1 }
        }
    }

    private static func read(_ file: String, into found: inout [String: Description]) throws(ConfigError) {
        guard let bytes = try ConfigFiles.readIfPresent(file) else { return }
        let document =
            try file.hasSuffix(".json")
            ? value(of: ConfigJSON.parse(bytes, file: file))
            : YAMLSubset.parse(String(decoding: bytes, as: UTF8.self), path: file)
        let reader = DeviceReader(file: file)
        let root = try reader.members(
            document, "the description",
            allowed: [
                "cdiVersion", "kind", "annotations", "devices", "containerEdits",
            ])
        let kind = try reader.text(root["kind"], "kind")
        let annotations = try reader.annotations(root["annotations"])
        for item in try reader.list(root["devices"], "devices") {
            let device = try reader.members(item, "a device", allowed: ["name", "annotations", "containerEdits"])
            let name = "\(kind)=\(try reader.text(device["name"], "name"))"
            if let other = found[name] {
                throw reader.invalid("the device \(name) is described in \(other.file) too")
            }
            found[name] = Description(
                file: file, common: root["containerEdits"], own: device["containerEdits"],
                annotations: annotations.merging(try reader.annotations(device["annotations"])) { $1 })
        }
    }

    /// What a container with these devices gets.
    ///
    /// - Throws: ``ConfigError`` for an unknown device, and for one that needs something unsupported, such as hooks.
    package func edits(for names: [String]) throws(ConfigError) -> Edits {
        var edits = Edits()
        var seen: Set<String> = []
        for name in names {
            guard let device = devices[name] else {
                throw ConfigError(
                    .notFound, "there is no device \"\(name)\" in \(directories.joined(separator: ", "))")
            }
            let reader = DeviceReader(file: device.file)
            // Edits of the whole file apply once.
            if let common = device.common, seen.insert(device.file).inserted { try reader.add(common, to: &edits) }
            if let own = device.own { try reader.add(own, to: &edits) }
        }
        return edits
    }

    /// The devices that a build means by a name: the device itself; the first one of a kind (`vendor.com/class`); all of
    /// a kind (`vendor.com/class=*`); otherwise those whose annotation has the name as their class. Sorted.
    package func names(matching name: String) -> [String] {
        let parts = name.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if let kind = parts.first, kind.contains("/") {
            let ofKind = devices.keys.filter { $0.hasPrefix("\(kind)=") }.sorted()
            let found =
                switch parts.count < 2 ? "" : parts[1] {
                case "": Array(ofKind.prefix(1))
                case "*": ofKind
                default: ofKind.filter { $0 == name }
                }
            if !found.isEmpty { return found }
        }
        return devices.filter { $0.value.annotations[Self.classAnnotation] == name }.keys.sorted()
    }

    /// Whether the description says that every build may use the device.
    package func isForEveryBuild(_ name: String) -> Bool {
        let value = devices[name]?.annotations[Self.allowAnnotation] ?? ""
        return ["1", "t", "T", "true", "TRUE", "True"].contains(value)
    }

    // BuildKit's annotations.
    private static let classAnnotation = "org.mobyproject.buildkit.device.class"
    private static let allowAnnotation = "org.mobyproject.buildkit.device.autoallow"

    private static func value(of json: JSONValue) -> YAMLSubset.Value {
        switch json {
        case .object(let object): return .mapping(object.map { (key: $0.0, value: value(of: $0.1)) })
        case .array(let items): return .list(items.map(value(of:)))
        case .string(let text): return .scalar(text)
        case .integer(let number): return .scalar(String(number))
        case .unsigned(let number): return .scalar(String(number))
        case .bool(let value): return .scalar(value ? "true" : "false")
        case .double(let number): return .scalar(String(number))
        case .null: return .scalar("")
        }
    }
}
