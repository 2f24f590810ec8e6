import CommandLineGrammar
import ImageModel
import JSONText

/// `image tree`: displays the structure of an image.
enum ImageTreeCommand: Command {
    static let grammar = CommandGrammar(
        "tree", summary: "Explain an image: manifests, configuration, layers and what each step added",
        details: """
            Shows a local image, or one named as "transport:details", from the index down to its layers: sizes, digests,
            media types, what each line of the history added, and which layers are shared with other local images. For a
            manifest list, the layers of the image for this platform are read.
            """,
        usage: "tree [options] IMAGE",
        examples: ["tree my-image", "tree --json oci:layout:latest", "tree --all docker://registry.example.com/image"],
        flags: [
            .bool("all", short: "a", help: "read the layers of every image in a list"),
            .bool("no-layers", help: "do not read layers: sizes and digests only"),
            .string("platform", "OS/ARCH[/VARIANT]", help: "read the layers of the image for this platform"),
            .bool("no-trunc", aliases: ["notruncate"], help: "do not truncate the output"),
            .bool("json", help: "output in JSON format"),
        ] + RegistryFlags.access, arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let platform = try CopyFlags.wantedPlatform(arguments)
        let store = try session.openStore()
        let place = try InspectionTarget(arguments.positionals[0], in: store, arguments, session)
        let tree = try ImageTree(
            of: place, in: store, layersFor: arguments.bool("all") ? nil : platform,
            readsLayers: !arguments.bool("no-layers"))
        if arguments.bool("json") {
            session.printLine(tree.json.serializedString(pretty: true))
        } else {
            ImageTreeText(isWhole: arguments.bool("no-trunc")).lines(tree).forEach(session.printLine)
        }
        return 0
    }
}
