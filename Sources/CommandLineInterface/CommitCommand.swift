import CommandLineGrammar
import ContainerStore
import ContainersConfig
import ImageCopy
import ImageModel
import ImageTransports
import LinuxSystem
import WorkingContainers

/// `commit`: an image of a working container.
enum CommitCommand: Command {
    static let grammar = CommandGrammar(
        "commit", summary: "Create an image from a working container", usage: "commit [options] CONTAINER [IMAGE]",
        flags: flags + SharedFlags.registry)

    private static let flags: [Flag] = [
        SharedFlags.format, SignaturePolicyFlag.flag,
        .bool("squash", help: "produce an image with only one layer"),
        .bool("rm", help: "remove the container and its content after committing it to an image"),
        .bool("quiet", short: "q", help: "don't output progress information when writing images"),
        .string("iidfile", "file", help: "write the image ID to the file"),
        Flag("timestamp", .int, help: "set created timestamp to epoch seconds to allow for deterministic builds"),
        .bool("omit-history", help: "omit build history information from the built image"),
        .bool("identity-label", help: "add default builder label"),
        Flag("unsetenv", .stringSlice, help: "unset env from final image"),
        .refused(
            "disable-compression", short: "D",
            "the destination decides: the store keeps layers plain, layouts compress them"),
        .refused("manifest", "manifest lists are not supported yet"),
        .refused("sign-by", "signing is not supported"),
        .refused("config", "it is not supported yet"),
        .refused("encrypt-layer", "encryption is not supported"),
        .refused("encryption-key", "encryption is not supported"),
    ]

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard let name = arguments.positionals.first else { throw CommandError("container ID must be specified") }
        guard arguments.positionals.count <= 2 else { throw CommandError("too many arguments specified") }
        try SignaturePolicyFlag.check("", arguments, session)
        let store = try session.openStore(mounts: true)
        let container = try WorkingContainer(name, in: store)
        var options = try options(arguments, container, session)
        let rendering = ProgressRendering(steps: nil, copies: arguments.bool("quiet") ? nil : .error)
        let target = arguments.positionals.dropFirst().first.map { text in
            text.hasPrefix("containers-storage:") ? String(text.dropFirst("containers-storage:".count)) : text
        }
        let id: String
        if let target, TransportReference(parsing: target) != nil {
            id = try send(container, options, to: target, store, rendering)
        } else {
            if let target, !target.isEmpty { options.names = [try LocalNames.qualified(target)] }
            id = try container.commit(options, to: store).record.id
        }
        if let file = arguments.string("iidfile") { try OutputFile.write("sha256:\(id)", to: file) }
        if arguments.bool("rm") { try store.deleteContainer(container.id) }
        session.printLine(id)
        return 0
    }

    private static func options(
        _ arguments: ParsedArguments, _ container: WorkingContainer, _ session: Session
    ) throws -> WorkingContainer.CommitOptions {
        var options = WorkingContainer.CommitOptions()
        options.format = try arguments.string("format").map { try ImageFormat(flag: $0) } ?? container.format
        options.squashes = arguments.bool("squash")
        options.timestamp = arguments.int("timestamp").map { FileTime(seconds: Int64($0)) }
        options.omitsHistory = arguments.bool("omit-history")
        options.unsetEnvironment = arguments.strings("unsetenv")
        if arguments.boolIfGiven("identity-label") ?? (session.calledAs == "buildah") {
            options.labels["io.buildah.version"] = Swiftlet.version
        }
        return options
    }

    /// Writes the image somewhere else; the store keeps it only if it had it before.
    private static func send(
        _ container: WorkingContainer, _ options: WorkingContainer.CommitOptions, to target: String,
        _ store: ContainerStore, _ rendering: ProgressRendering
    ) throws -> String {
        let destination = try PlaceResolver.destination(target)
        let known = Set(try store.images().map(\.id))
        let image = try container.commit(options, to: store).record
        defer { if !known.contains(image.id) { _ = try? store.deleteImage(image.id) } }
        try ImagePush(from: store, report: rendering.handler).push(image, to: destination)
        return image.id
    }
}
