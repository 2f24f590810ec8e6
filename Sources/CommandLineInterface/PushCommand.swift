import CommandLineGrammar
import ContainerStore
import ContentDigest
import Distribution
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
            .refused("format", short: "f", "conversion comes with a later version"),
            .refused("sign-by", "signing is not supported"),
        ] + RegistryFlags.standard, arguments: .between(1...2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let name = arguments.positionals[0]
        try SignaturePolicyFlag.check("", arguments, session)
        // Namespaces first: a descriptor from before belongs to other mounts.
        let store = try session.openStore()
        guard let image = try store.image(name) else { throw CommandError("\(name): image not known") }
        let registries = try RegistryFlags.access(arguments, session)
        let target = arguments.positionals.count == 2 ? arguments.positionals[1] : Self.home(of: image, named: name)
        let rendering = ProgressRendering(steps: nil, copies: arguments.bool("quiet") ? nil : .error)
        // What went before a failure is not sent again.
        let manifest = try registries.options.retry.run {
            let destination = try PlaceResolver.destination(target, registries)
            return try ImagePush(from: store, report: rendering.handler).push(image, to: destination)
        }
        if let file = arguments.string("digestfile") { try OutputFile.write(manifest.digest.description, to: file) }
        return 0
    }

    /// Where an image goes that is given no destination: to the registry in the name that was meant.
    private static func home(of image: ImageRecord, named name: String) -> String {
        let qualified = (try? LocalNames.qualified(name)) ?? name
        return image.names.contains(qualified) ? qualified : image.names.first { $0.contains(name) } ?? name
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
            .refused("all-tags", short: "a", "all tags at once come with a later version"),
        ] + RegistryFlags.standard, arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        try SignaturePolicyFlag.check(arguments.positionals[0], arguments, session)
        let store = try session.openStore()
        let registries = try RegistryFlags.access(arguments, session, store: store)
        let rendering = ProgressRendering(steps: nil, copies: arguments.bool("quiet") ? nil : .error)
        let puller = RegistryPull(store, registries, calledAs: session.calledAs, report: rendering.handler)
        let image = try puller.pull(
            arguments.positionals[0], platform: try Platforms.wanted(arguments.string("platform")),
            isPlatformRequired: arguments.wasSet("platform"))
        session.printLine(image.id)
        return 0
    }
}
