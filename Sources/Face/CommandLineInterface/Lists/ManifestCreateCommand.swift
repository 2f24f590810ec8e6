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
            .bool("replace", help: "take the desired name from an existing image"),
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
        guard !(arguments.bool("amend") && arguments.bool("replace")) else {
            throw CommandError("amend and replace are mutually exclusive")
        }
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
        let holder = try arguments.bool("amend") || arguments.bool("replace") ? store.image(qualified) : nil
        if arguments.bool("amend"), let holder, try ManifestList.isList(holder, in: store) {
            if !candidates.isEmpty || !annotations.isEmpty {
                _ = try ManifestList.change(holder, in: store) { try fill(&$0) }
            }
            session.printLine(holder.id)
            return 0
        }
        var list = ManifestList(names: [qualified])
        // An image of that name becomes a list.
        if arguments.bool("amend"), let holder { list = try ManifestList(converting: holder, in: store) }
        try fill(&list)
        try list.create(in: store, takesNames: holder != nil)
        session.printLine(list.id)
        return 0
    }
}
