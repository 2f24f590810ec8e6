import CommandLineGrammar
import ContainerStore
import ImageModel
import JSONText
import ManifestLists
import OutputTemplates
import WorkingContainers

/// `inspect`: shows all details of a working container or an image, in Buildah's format.
enum InspectCommand: Command {
    static let grammar = CommandGrammar(
        "inspect", summary: "Inspect the configuration of a container or image", usage: "inspect [options] NAME",
        flags: [
            .string(
                "type", short: "t", "type", default: "container",
                help: "look at the item of the specified type (container, image or manifest)"),
            .string("format", short: "f", help: "use format as a Go template to format the output"),
        ], flagsFirst: true)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard let name = arguments.positionals.first else {
            throw CommandError("container or image name must be specified")
        }
        guard arguments.positionals.count == 1 else { throw CommandError("too many arguments specified") }
        let format = try arguments.string("format").map { try DescriptionFormat(parsing: $0) }
        let store = try session.openStore()
        switch arguments.string("type") {
        case "container":
            // Without an explicit type, it may also be an image.
            let isImagePossible = !arguments.wasSet("type")
            let found = try isImagePossible ? store.containerRatherThanImage(name) : store.container(name)
            if let record = found {
                session.write(try rendered(try WorkingContainer(record.id, in: store).description(), format))
            } else if !isImagePossible {
                throw CommandError("reading build container: container not known")
            } else {
                do {
                    session.write(try rendered(try image(name, in: store), format))
                } catch let error as ManifestListError where error.code == .notFound {
                    // A list without an image for this host is shown itself.
                    let record = try ManifestArguments.list(name, in: store)
                    session.printLine(try ManifestList(record, in: store).inspection.serializedString(pretty: true))
                }
            }
        case "image": session.write(try rendered(try image(name, in: store), format))
        case "manifest":
            guard format == nil else { throw CommandError("--format and --type=manifest can't be used together") }
            let record = try ManifestArguments.list(name, in: store)
            session.printLine(try ManifestList(record, in: store).inspection.serializedString(pretty: true))
        case let other:
            throw CommandError(
                "the only recognized types are \"container\", \"image\", and \"manifest\", not \"\(other ?? "")\"")
        }
        return 0
    }

    private static func rendered(_ description: JSONObject, _ format: DescriptionFormat?) throws -> String {
        guard let format, let text = try format.render(.object(description), shape: InspectTemplateTypes.description)
        else {
            return JSONValue.object(description).serializedString(pretty: true) + "\n"
        }
        return text
    }

    /// For a manifest list, the image for the host's platform.
    private static func image(_ name: String, in store: ContainerStore) throws -> JSONObject {
        guard let found = try store.findImage(name) else {
            throw CommandError("importing settings: \(name): image not known")
        }
        let record = try ManifestList.image(behind: found.image, in: store)
        let name = record.id == found.image.id ? found.name : nil
        return try WorkingContainer.description(
            of: StoredImage(record, in: store), name: name ?? record.names.first ?? found.name ?? "")
    }
}
