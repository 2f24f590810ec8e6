import CommandLineGrammar
import Distribution
import ImageCopy
import ImageModel
import ImageTransports
import JSONText

/// `image list-tags`, Skopeo's `list-tags`: lists the tags of a repository, or the names in an archive.
enum ListTagsCommand: Command {
    static let grammar = CommandGrammar(
        "list-tags", summary: "List tags in the transport/repository specified by the SOURCE-IMAGE",
        usage: "list-tags [options] SOURCE-IMAGE",
        examples: ["list-tags docker://docker.io/fedora", "list-tags docker-archive:/tmp/busybox.tar.gz"],
        flags: RegistryFlags.flags(prefix: "", sharesBlobs: false) + RegistryFlags.shared, arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let text = arguments.positionals[0]
        let reference = try TransportReference(requiring: text)
        var value = JSONObject()
        switch reference.transport {
        case .dockerArchive:
            let path = try DockerArchiveReference(parsing: reference.rest).path
            let images = try DockerArchive(path: path).images
            let tags = images.enumerated().flatMap { $1.tags.isEmpty ? ["@\($0)"] : $1.tags }
            value["Tags"] = .array(tags.map { .string($0) })
        case .docker:
            let name = try TransportResolver.dockerReference(reference)
            guard try !ImageTag.isGiven(reference) else {
                throw CommandError("no tag or digest allowed in reference \(text)")
            }
            let access = try RegistryFlags.access(arguments, session)
            value["Repository"] = .string(name.name)
            value["Tags"] = .array(try DockerRepository(name, access: access).tags().map { .string($0) })
        default:
            throw CommandError(
                "unsupported transport '\(reference.transport.rawValue)' for tag listing; only docker and docker-archive have tags"
            )
        }
        session.printLine(JSONValue.object(value).serializedString(pretty: true))
        return 0
    }
}

/// Whether a reference to a registry selects an image of the repository.
private enum ImageTag {
    static func isGiven(_ reference: TransportReference) throws -> Bool {
        let parsed = try ImageReference(parsing: String(reference.rest.dropFirst(2)))
        return parsed.tag != nil || parsed.digest != nil
    }
}
