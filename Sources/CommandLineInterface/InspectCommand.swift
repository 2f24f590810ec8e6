import CommandLineGrammar
import ContainerStore
import ContentDigest
import ImageModel
import JSONText
import ManifestLists
import OutputTemplates
import WorkingContainers

/// `inspect`: everything about a working container or an image, in the shape that Buildah gives it.
enum InspectCommand: Command {
    static let grammar = CommandGrammar(
        "inspect", summary: "Inspect the configuration of a container or image", usage: "inspect [options] NAME",
        flags: [
            .string(
                "type", short: "t", "type", default: "container",
                help: "look at the item of the specified type (container, image or manifest)"),
            .string("format", short: "f", help: "use format as a Go template to format the output"),
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard let name = arguments.positionals.first else {
            throw CommandError("container or image name must be specified")
        }
        guard arguments.positionals.count == 1 else { throw CommandError("too many arguments specified") }
        let format = try arguments.string("format").map { try OutputFormat(parsing: $0, name: "format") }
        let store = try session.openStore()
        let value: JSONObject
        switch arguments.string("type") {
        case "container":
            if let record = try store.container(name) {
                value = try WorkingContainer(record.id, in: store).description()
            } else if arguments.wasSet("type") {
                throw CommandError("reading build container \"\(name)\": container not known")
            } else {
                // Without a word on what it is, it may be an image as well.
                value = try image(name, in: store)
            }
        case "image": value = try image(name, in: store)
        case "manifest":
            guard format == nil else { throw CommandError("--format and --type=manifest can't be used together") }
            let record = try ManifestArguments.list(name, in: store)
            session.printLine(try ManifestList(record, in: store).inspection.serializedString(pretty: true))
            return 0
        case let other:
            throw CommandError(
                "the only recognized types are \"container\", \"image\", and \"manifest\", not \"\(other ?? "")\"")
        }
        if let format, !Optional(format).isJSON, !format.isPlainTable {
            session.write(try format.render([.object(InspectedFields.completed(value))]))
        } else {
            session.printLine(JSONValue.object(value).serializedString(pretty: true))
        }
        return 0
    }

    private static func image(_ name: String, in store: ContainerStore) throws -> JSONObject {
        guard let found = try store.findImage(name) else { throw CommandError("\(name): image not known") }
        let record = try ManifestList.image(behind: found.image, in: store)
        let name = record.id == found.image.id ? found.name : nil
        return try description(
            of: StoredImage(record, in: store), name: name ?? record.names.first ?? found.name ?? "", in: store)
    }

    private static func description(
        of image: StoredImage, name: String, in store: ContainerStore
    ) throws -> JSONObject {
        let config = try image.config.serialized()
        let manifest = try JSONValue(parsing: image.manifest.bytes)
        var value = JSONObject()
        value["Type"] = .string("swiftlet \(Swiftlet.version)")
        value["FromImage"] = .string(name)
        value["FromImageID"] = .string(image.record.id)
        value["FromImageDigest"] = .string(image.manifest.digest.description)
        value["Config"] = .string(String(decoding: config, as: UTF8.self))
        value["Manifest"] = .string(String(decoding: image.manifest.bytes, as: UTF8.self))
        value["Container"] = ""
        value["ContainerID"] = ""
        value["MountPoint"] = ""
        value["ImageAnnotations"] = manifest["annotations"] ?? .null
        value["ImageCreatedBy"] = ""
        value["OCIv1"] = try JSONValue(parsing: config)
        value["Docker"] = .object(try docker(image))
        value["History"] = try JSONValue(parsing: config)["history"] ?? .null
        return value
    }

    /// The configuration in Docker's words: the same, with the container's part twice.
    private static func docker(_ image: StoredImage) throws -> JSONObject {
        guard var object = try JSONValueEncoder().encode(image.config).object else { return JSONObject() }
        object["container_config"] = object["config"] ?? .null
        return object
    }
}

/// What templates may name although the JSON leaves it out, as Go's structures have it.
enum InspectedFields {
    /// The description with everything absent filled in as empty.
    static func completed(_ description: JSONObject) -> JSONObject {
        var result = description
        for key in ["OCIv1", "Docker"] {
            guard var image = result[key]?.object else { continue }
            fill(&image, imageMembers)
            for part in key == "OCIv1" ? ["config"] : ["config", "container_config"] {
                var config = image[part]?.object ?? JSONObject()
                fill(&config, containerMembers)
                if key == "Docker" { fill(&config, dockerMembers) }
                image[part] = .object(config)
            }
            result[key] = .object(image)
        }
        return result
    }

    private static func fill(_ object: inout JSONObject, _ members: [(String, JSONValue)]) {
        for (name, empty) in members where object[name] == nil || object[name]?.isNull == true { object[name] = empty }
    }

    private static let imageMembers: [(String, JSONValue)] = [
        ("created", ""), ("author", ""), ("variant", ""), ("os.version", ""), ("comment", ""), ("history", .array([])),
    ]

    private static let containerMembers: [(String, JSONValue)] = [
        ("User", ""), ("ExposedPorts", [:]), ("Env", .array([])), ("Entrypoint", .array([])), ("Cmd", .array([])),
        ("Volumes", [:]), ("WorkingDir", ""), ("Labels", [:]), ("StopSignal", ""),
    ]

    private static let dockerMembers: [(String, JSONValue)] = [
        ("Hostname", ""), ("Domainname", ""), ("Healthcheck", .null), ("OnBuild", .array([])), ("Shell", .array([])),
    ]
}
