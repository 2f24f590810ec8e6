import CommandLineGrammar
import ContentDigest
import ImageModel
import ManifestLists

/// `manifest annotate`: annotates an entry of a list, or the list itself.
enum ManifestAnnotateCommand: Command {
    static let grammar = CommandGrammar(
        "annotate", summary: "Add or update information about an entry in a manifest list or image index",
        usage: "annotate [options] LIST_OR_INDEX [IMAGE]",
        examples: ["manifest annotate --annotation left=right mylist:v1.11 image:v1.11-amd64"],
        flags: ManifestArguments.entryFlags + [
            .bool("index", help: "annotate the list itself instead of an entry in it"),
            .string("subject", "image", help: "set the subject to which the list refers"),
        ] + SharedFlags.registry, arguments: .between(1...2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let notes = try ManifestArguments.notes(arguments)
        let isAboutIndex = arguments.bool("index")
        let subject = arguments.string("subject").flatMap { $0.isEmpty ? nil : $0 }
        if isAboutIndex, arguments.positionals.count > 1 {
            throw CommandError("when using --index, no entry can be specified")
        }
        if isAboutIndex {
            var others = notes
            others.annotations = [:]
            guard others.isEmpty else {
                throw CommandError("--index supports only annotations and a subject: platforms belong to entries")
            }
        } else if arguments.positionals.count < 2, subject == nil || !notes.isEmpty {
            throw CommandError("specify an entry of the list by its digest or image, or use --index")
        }
        let store = try session.openStore()
        let places = try ListImageLocator(arguments, store, session)
        let record = try ManifestArguments.list(arguments.positionals[0], in: store)
        let described = try subject.map { try places.candidate($0).descriptor }
        let (list, digest) = try ManifestList.change(record, in: store) { list -> Digest? in
            if let described { list.index.subject = described }
            if isAboutIndex { list.annotate(notes.annotations) }
            guard arguments.positionals.count == 2 else { return nil }
            let digest = try places.entry(arguments.positionals[1], of: list)
            try list.annotate(digest, notes)
            return digest
        }
        let shown = try digest?.description ?? list.serialized.digest.description
        session.printLine("\(list.id): \(shown)")
        return 0
    }
}
