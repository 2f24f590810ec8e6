import CommandLineGrammar
import ContainerStore
import ImageCopy
import ManifestLists

/// `manifest create`: creates a list, optionally with images.
enum ManifestCreateCommand: Command {
    static let grammar = CommandGrammar(
        "create", summary: "Create manifest list or image index",
        usage: "create [options] LIST_OR_INDEX_NAME [IMAGE [...]]",
        examples: ["manifest create mylist:v1.11", "manifest create mylist:v1.11 arch-specific-image-to-add"],
        flags: [
            .bool("all", help: "add all of the lists' images if the images to add are lists"),
            .bool("amend", help: "modify an existing list if one with the desired name already exists"),
            Flag(
                "annotation", .stringSlice, placeholder: "annotation=value",
                help: "set an annotation for the newly-created list"),
            .string("arch", "architecture", hidden: true, help: "use the image for this architecture from a list"),
            .string("os", "OS", hidden: true, help: "use the image for this OS from a list"),
            .string("variant", "variant", hidden: true, help: "use the image for this variant from a list"),
        ] + SharedFlags.registry, arguments: .atLeast(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let name = arguments.positionals[0]
        let annotations = try ManifestArguments.annotations(arguments)
        let store = try session.openStore()
        var places = try ListImageLocator(arguments, store, session)
        places.admission = try SignaturePolicyFlag.admission(arguments, session)
        let qualified = try LocalNames.qualified(name)
        let selection = ManifestArguments.selection(arguments)
        let candidates = try arguments.positionals.dropFirst().map {
            try places.candidate($0)
        }
        func fill(_ list: inout ManifestList) throws {
            for candidate in candidates { _ = try list.add(candidate, selection) }
            list.annotate(annotations)
        }
        if arguments.bool("amend"), let record = try store.image(qualified) {
            guard try ManifestList.isList(record, in: store) else {
                throw CommandError("\(qualified): image is not a manifest list")
            }
            if !candidates.isEmpty || !annotations.isEmpty {
                _ = try ManifestList.change(record, in: store) { try fill(&$0) }
            }
            session.printLine(record.id)
            return 0
        }
        var list = ManifestList(names: [qualified])
        try fill(&list)
        try list.create(in: store)
        session.printLine(list.id)
        return 0
    }
}
