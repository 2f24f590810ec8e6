import CommandLineGrammar
import ContainerStore
import Distribution
import ImageCopy
import ImageTransports

/// `image delete`, Skopeo's `delete`: deletes an image from a registry or a store.
enum ImageDeleteCommand: Command {
    static let grammar = CommandGrammar(
        "delete", summary: "Delete image IMAGE-NAME", usage: "delete [options] IMAGE-NAME",
        examples: ["delete docker://registry.example.com/example/pause:latest"],
        flags: RegistryFlags.flags(prefix: "", sharesBlobs: false) + RegistryFlags.shared, arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let text = arguments.positionals[0]
        let reference = try TransportReference(requiring: text)
        switch reference.transport {
        case .containersStorage:
            let place = try StoreReference(parsing: reference.rest)
            let store = try session.openStore(at: place.place)
            guard let image = try place.find(in: store) else {
                throw StoreReference.missing(place, in: store)
            }
            _ = try store.deleteImage(image.id)
        case .docker:
            let access = try RegistryFlags.access(arguments, session)
            try DockerRepository(TransportResolver.dockerReference(reference), access: access).deleteManifest()
        default:
            throw CommandError("deleting images is not implemented for \(reference.transport.rawValue): images")
        }
        return 0
    }
}
