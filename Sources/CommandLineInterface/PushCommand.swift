import CommandLineGrammar
import ContainerStore
import ContentDigest
import ImageCopy
import ImageModel
import ImageTransports

/// `push`: an image of the store to somewhere else.
enum PushCommand: Command {
    static let grammar = CommandGrammar(
        "push", summary: "Push an image to a specified destination", usage: "push [options] IMAGE [DESTINATION]",
        flags: [
            .bool("quiet", short: "q", help: "don't output progress information when pushing images"),
            .string(
                "digestfile", "file",
                help: "after copying the image, write the digest of the resulting image to the file"),
            SignaturePolicyFlag.flag,
            .refused("all", "manifest lists cannot be pushed in this version"),
            .refused("authfile", "registries come with a later version"),
            .refused("creds", "registries come with a later version"),
            .refused("cert-dir", "registries come with a later version"),
            .refused("tls-verify", "registries come with a later version"),
            .refused("format", short: "f", "conversion comes with a later version"),
            .refused("sign-by", "signing is not supported"),
        ], arguments: .between(1...2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let name = arguments.positionals[0]
        let target = arguments.positionals.count == 2 ? arguments.positionals[1] : name
        try SignaturePolicyFlag.check("", arguments, session)
        // Namespaces first: a descriptor from before belongs to other mounts.
        let store = try session.openStore()
        let destination = try PlaceResolver.destination(target)
        guard let image = try store.image(name) else { throw CommandError("\(name): image not known") }
        let rendering = ProgressRendering(steps: nil, copies: arguments.bool("quiet") ? nil : .error)
        let manifest = try ImagePush(from: store, report: rendering.handler).push(image, to: destination)
        if let file = arguments.string("digestfile") { try OutputFile.write(manifest.digest.description, to: file) }
        return 0
    }
}

/// `pull`: an image from somewhere else into the store.
enum PullCommand: Command {
    static let grammar = CommandGrammar(
        "pull", summary: "Pull an image from the specified location", usage: "pull [options] IMAGE",
        flags: [
            .bool("quiet", short: "q", help: "don't output progress information when pulling images"),
            .string(
                "platform", "OS/ARCH[/VARIANT]",
                help: "prefer OS/ARCH instead of the current operating system and architecture"),
            SignaturePolicyFlag.flag,
            .refused("all-tags", short: "a", "registries come with a later version"),
            .refused("authfile", "registries come with a later version"),
            .refused("creds", "registries come with a later version"),
            .refused("cert-dir", "registries come with a later version"),
            .refused("tls-verify", "registries come with a later version"),
        ], arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        try SignaturePolicyFlag.check(arguments.positionals[0], arguments, session)
        let store = try session.openStore()
        let place = try PlaceResolver.source(arguments.positionals[0], calledAs: session.calledAs)
        let rendering = ProgressRendering(steps: nil, copies: arguments.bool("quiet") ? nil : .error)
        let image = try ImagePull(into: store, report: rendering.handler).pull(
            place.source, platform: try Platforms.wanted(arguments.string("platform")),
            isPlatformRequired: arguments.wasSet("platform"), names: place.names)
        session.printLine(image.id)
        return 0
    }
}
