import CommandLineGrammar
import ImageModel
import ImageTransports
import JSONText
import ManifestLists

/// `manifest inspect`: shows a list.
enum ManifestInspectCommand: Command {
    static let grammar = CommandGrammar(
        "inspect", summary: "Display the contents of a manifest list or image index", usage: "inspect LIST_OR_INDEX",
        examples: ["manifest inspect mylist:v1.11"], flags: SharedFlags.registry, arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let name = arguments.positionals[0]
        let store = try session.openStore()
        let candidate = try ListImageLocator(arguments, store, session).candidate(name)
        if let list = try candidate.list(in: store) {
            session.printLine(try list.inspection.serializedString(pretty: true))
            return 0
        }
        guard candidate.manifest.isIndex || session.calledAs != "buildah" else {
            throw CommandError("\(name): manifest is of type \(candidate.manifest.mediaType) (not a list type)")
        }
        if !candidate.manifest.isIndex {
            session.printError(
                "Warning: the manifest type \(candidate.manifest.mediaType) is not a manifest list but a single image")
        }
        let document = try JSONValue(parsing: candidate.manifest.bytes)
        session.printLine(document.serializedString(pretty: true))
        return 0
    }
}
