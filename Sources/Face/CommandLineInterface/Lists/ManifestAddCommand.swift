import CommandLineGrammar
import ContentDigest
import ImageModel
import ManifestLists

/// `manifest add`: adds an image, or images of another list, to a list.
enum ManifestAddCommand: Command {
    static let grammar = CommandGrammar(
        "add", summary: "Add images to a manifest list or image index",
        usage: "add [options] LIST_OR_INDEX IMAGE",
        examples: [
            "manifest add mylist:v1.11 image:v1.11-amd64",
            "manifest add mylist:v1.11 transport:imageName",
        ],
        flags: [.bool("all", help: "add all of the list's images if the image is a list")]
            + ManifestArguments.entryFlags + artifactFlags + SharedFlags.registry,
        arguments: .atLeast(2))

    private static let artifactFlags: [Flag] = [
        .bool("artifact", help: "treat the arguments as files and add them as an artifact"),
        Flag("artifact-annotation", .stringSlice, placeholder: "annotation=value", help: "artifact annotation"),
        .string("artifact-config", "file", help: "artifact config file"),
        .string("artifact-config-type", "type", help: "artifact config media type"),
        .bool("artifact-exclude-titles", help: "do not set title annotations on the files"),
        .string("artifact-layer-type", "type", help: "media type of the files"),
        .string("artifact-subject", "image", help: "artifact subject reference"),
        .string("artifact-type", "type", help: "artifact manifest media type"),
    ]

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let isArtifact = arguments.bool("artifact")
        if !isArtifact {
            guard arguments.positionals.count == 2 else { throw CommandError("too many arguments specified") }
            let given = artifactFlags.map(\.name).filter { $0 != "artifact" && arguments.wasSet($0) }
            guard given.isEmpty else {
                throw CommandError(
                    given.map { "--\($0)" }.joined(separator: "/") + (given.count == 1 ? " requires" : " require")
                        + " --artifact")
            }
        }
        let notes = try ManifestArguments.notes(arguments)
        let store = try session.openStore()
        var places = try ListImageLocator(arguments, store, session)
        places.admission = try SignaturePolicyFlag.admission(arguments, session)
        let record = try ManifestArguments.list(arguments.positionals[0], in: store)
        let artifact = isArtifact ? try addition(arguments, places) : nil
        let candidate = isArtifact ? nil : try places.candidate(arguments.positionals[1])
        let (list, digest) = try ManifestList.change(record, in: store) { list in
            var added: [Digest] = []
            if let artifact { added = [try list.add(artifact)] }
            if let candidate { added = try list.add(candidate, ManifestArguments.selection(arguments)) }
            if !notes.isEmpty { for digest in added { try list.annotate(digest, notes) } }
            return added.first
        }
        session.printLine("\(list.id): \(digest?.description ?? "")")
        return 0
    }

    private static func addition(
        _ arguments: ParsedArguments, _ places: ListImageLocator
    ) throws -> ManifestList.ArtifactAddition {
        func text(_ flag: String) -> String? { arguments.string(flag).flatMap { $0.isEmpty ? nil : $0 } }
        var addition = ManifestList.ArtifactAddition()
        addition.files = Array(arguments.positionals.dropFirst())
        if arguments.wasSet("artifact-type") { addition.type = arguments.string("artifact-type") ?? "" }
        addition.config = text("artifact-config")
        addition.configType = text("artifact-config-type")
        addition.layerType = text("artifact-layer-type")
        addition.excludesTitles = arguments.bool("artifact-exclude-titles")
        for note in arguments.strings("artifact-annotation") {
            let (key, value) = KeyValueFlag.split(note)
            addition.annotations[key] = value ?? ""
        }
        if let subject = text("artifact-subject") {
            let manifest = try places.candidate(subject).manifest
            var descriptor = manifest.descriptor
            descriptor.artifactType = try manifest.isIndex ? nil : manifest.decodeManifest().artifactType
            addition.subject = descriptor
        }
        return addition
    }
}
