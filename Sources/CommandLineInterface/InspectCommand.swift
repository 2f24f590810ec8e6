import CommandLineGrammar
import ContainerStore
import ContentDigest
import ImageModel
import JSONText
import WorkingContainers

/// `inspect`: everything about an image, in the shape that Buildah gives it.
enum InspectCommand: Command {
    static let grammar = CommandGrammar(
        "inspect", summary: "Inspect the configuration of a container or image", usage: "inspect [options] NAME",
        flags: [
            .string(
                "type", short: "t", "image", default: "image", help: "look at the item of the specified type (image)"),
            .refused("format", short: "f", "templates come with a later version"),
        ], arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard arguments.string("type") == "image" else {
            throw CommandError("--type takes only image in this version, not \"\(arguments.string("type") ?? "")\"")
        }
        let store = try session.openStore()
        let name = arguments.positionals[0]
        guard let found = try store.findImage(name) else { throw CommandError("\(name): image not known") }
        let image = try StoredImage(found.image, in: store)
        let value = try description(of: image, name: found.name ?? found.image.names.first ?? "", in: store)
        session.printLine(String(decoding: value.serialized(pretty: true), as: UTF8.self))
        return 0
    }

    private static func description(of image: StoredImage, name: String, in store: ContainerStore) throws -> JSONValue {
        let config = try image.config.serialized()
        let manifest = try JSONValue(parsing: image.manifest.bytes)
        var value = JSONObject()
        value["Type"] = .string("swiftlet \(Swiftlet.version)")
        value["FromImage"] = .string(name)
        value["FromImageID"] = .string(image.record.id)
        value["FromImageDigest"] = .string(image.manifest.digest.description)
        value["Config"] = .string(String(decoding: config, as: UTF8.self))
        value["Manifest"] = .string(String(decoding: image.manifest.bytes, as: UTF8.self))
        value["ImageAnnotations"] = manifest["annotations"] ?? .null
        value["OCIv1"] = try JSONValue(parsing: config)
        value["Docker"] = .object(try docker(image))
        return .object(value)
    }

    /// The configuration in Docker's words: the same, with the container's part twice.
    private static func docker(_ image: StoredImage) throws -> JSONObject {
        guard var object = try JSONValueEncoder().encode(image.config).object else { return JSONObject() }
        object["container_config"] = object["config"] ?? .null
        return object
    }
}
