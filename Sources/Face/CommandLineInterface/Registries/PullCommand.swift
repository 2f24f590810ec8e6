import CommandLineGrammar
import ContainerStore
import ContainersConfig
import Distribution
import ImageBuild
import ImageModel
import ImageTransports

/// `pull`: pulls an image into the store.
enum PullCommand: Command {
    static let grammar = CommandGrammar(
        "pull", summary: "Pull an image from the specified location", usage: "pull [options] IMAGE [IMAGE...]",
        flags: [
            .bool("all-tags", short: "a", help: "download all tagged images in the repository"),
            .string(
                "arch", "ARCH", aliases: ["override-arch"],
                help: "prefer ARCH instead of the architecture of the machine"),
            .string("os", "OS", aliases: ["override-os"], help: "prefer OS instead of the running OS"),
            .string(
                "variant", "VARIANT", aliases: ["override-variant"], help: "override the variant of the specified image"
            ),
            .string(
                "platform", "OS/ARCH[/VARIANT]",
                help: "prefer OS/ARCH instead of the current operating system and architecture"),
            .string("policy", "always|missing|never|newer", help: "when to fetch the image"),
            .bool("quiet", short: "q", help: "don't output progress information when pulling images"),
            .bool("remove-signatures", help: "don't copy signatures when pulling image"),
            SignaturePolicyFlag.flag, ProgressFlag.flag,
            EncryptionFlags.decrypting, SharedFlags.blobCache,
        ] + RegistryFlags.standard, flagsFirst: true, arguments: .atLeast(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard arguments.positionals.count == 1 || session.calledAs != "buildah" else {
            throw CommandError("accepts 1 arg(s), received \(arguments.positionals.count)")
        }
        let platform = try platform(arguments)
        // Other transports are always read again.
        let policy =
            try arguments.string("policy").map { try BuildOptions.PullPolicy(flag: $0, problem: "unsupported") }
            ?? (session.calledAs == "podman" ? .always : .missing)
        let admission = try SignaturePolicyFlag.admission(arguments, session)
        let store = try session.openStore()
        let registries = try RegistryFlags.access(arguments, session, store: store)
        let rendering = try ProgressFlag.rendering(arguments, .error)
        let images = StoreImages(
            store, registries, calledAs: session.calledAs, admission: admission,
            keepsSignatures: !arguments.bool("remove-signatures"),
            decryption: try EncryptionFlags.decryption(arguments), report: rendering.handler)
        let given = arguments.positionals
        let names = try arguments.bool("all-tags") ? given.flatMap { try allTags(of: $0, registries) } : given
        for name in names {
            session.printLine(try images.record(name, policy, platform).id)
        }
        return 0
    }

    /// The requested platform, nil when there is none.
    private static func platform(_ arguments: ParsedArguments) throws -> Platform? {
        let parts = ["arch", "os", "variant"].filter { arguments.wasSet($0) }
        if let text = arguments.string("platform"), !text.isEmpty {
            guard parts.isEmpty else { throw CommandError("--platform and --\(parts[0]) cannot be used together") }
            return try Platform.parse(text)
        }
        guard !parts.isEmpty else { return nil }
        var platform = Platform.host
        if let arch = arguments.string("arch") {
            platform.architecture = arch
            platform.variant = nil
        }
        if let os = arguments.string("os") { platform.os = os }
        if let variant = arguments.string("variant") { platform.variant = variant }
        return platform
    }

    /// A name for each tag of the repository `name`.
    private static func allTags(of name: String, _ registries: RegistryAccess) throws -> [String] {
        var text = name
        if let reference = TransportReference(parsing: name) {
            guard reference.transport == .docker, reference.rest.hasPrefix("//") else {
                throw CommandError("pulling all tags is not supported for \(reference.transport.rawValue) transport")
            }
            text = String(reference.rest.dropFirst(2))
        }
        guard try ImageReference(parsing: text).tag == nil, try ImageReference(parsing: text).digest == nil else {
            throw CommandError("\(name): --all-tags requires a repository without a tag")
        }
        var failure: (any Error)?
        for candidate in try registries.registries().resolve(pulling: text).candidates {
            let repository = candidate.repository
            do {
                return try DockerRepository(repository, access: registries).tags().map {
                    "docker://\(repository):\($0)"
                }
            } catch {
                failure = failure ?? error
            }
        }
        throw failure ?? CommandError("\(name): no registry to search")
    }
}
