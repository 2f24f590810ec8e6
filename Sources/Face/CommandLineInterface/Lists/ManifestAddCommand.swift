import CommandLineGrammar
import ContentDigest
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
        "artifact", "artifact-annotation", "artifact-config", "artifact-config-type", "artifact-exclude-titles",
        "artifact-layer-type", "artifact-subject", "artifact-type",
    ].map { .refused($0, "adding files as artifacts is not supported yet") }

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard arguments.positionals.count == 2 else { throw CommandError("too many arguments specified") }
        let notes = try ManifestArguments.notes(arguments)
        let store = try session.openStore()
        var places = try ListImageLocator(arguments, store, session)
        places.admission = try SignaturePolicyFlag.admission(arguments, session)
        let record = try ManifestArguments.list(arguments.positionals[0], in: store)
        let candidate = try places.candidate(arguments.positionals[1])
        let (list, digest) = try ManifestList.change(record, in: store) { list in
            let added = try list.add(candidate, ManifestArguments.selection(arguments))
            if !notes.isEmpty { for digest in added { try list.annotate(digest, notes) } }
            return added.first
        }
        session.printLine("\(list.id): \(digest?.description ?? "")")
        return 0
    }
}
