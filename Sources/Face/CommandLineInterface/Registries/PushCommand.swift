import CommandLineGrammar
import ContainerStore
import ContainersConfig
import ContentDigest
import Distribution
import ImageCopy
import ImageModel
import ImageTransports
import ManifestLists

/// `push`: pushes an image of the store.
enum PushCommand: Command {
    static let grammar = CommandGrammar(
        "push", summary: "Push an image to a specified destination", usage: "push [options] IMAGE [DESTINATION]",
        flags: [
            .bool("all", help: "push all of the images referenced by the manifest list"),
            .string("format", short: "f", "type", help: "manifest type (oci, v2s1, or v2s2) to use in the destination"),
            .string("compression-format", "format", help: "compression format to use (gzip or zstd)"),
            Flag("compression-level", .int, placeholder: "level", help: "compression level to use"),
            .bool(
                "disable-compression", short: "D", help: "don't compress layers"),
            .bool("force-compression", help: "use the specified compression even for compressed layers"),
            .bool("quiet", short: "q", help: "don't output progress information when pushing images"),
            .bool("remove-signatures", help: "don't copy signatures when pushing image"),
            .bool("rm", help: "remove the manifest list if push succeeds"),
            .string(
                "digestfile", "file",
                help: "after copying the image, write the digest of the resulting image to the file"),
            SignaturePolicyFlag.flag, ProgressFlag.flag,
            SharedFlags.blobCache,
        ] + EncryptionFlags.encrypting + SigningFlags.flags + RegistryFlags.standard, flagsFirst: true,
        arguments: .between(1...2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let name = arguments.positionals[0]
        // Images in the store have already been accepted; an unreadable policy is still an error.
        _ = try SignaturePolicyFlag.admission(arguments, session)
        // Namespaces first: older descriptors belong to other mounts.
        let store = try session.openStore()
        guard let found = try store.image(name) else { throw CommandError("\(name): image not known") }
        let registries = try RegistryFlags.access(arguments, session, store: store)
        let target =
            arguments.positionals.count == 2
            ? Self.archiveWithName(arguments.positionals[1], of: found, named: name)
            : Self.defaultDestination(of: found, named: name)
        var options = try copyOptions(arguments, target, session)
        if let file = arguments.string("digestfile") { options.announce = try OutputFile.digestWriter(file) }
        let rendering = try ProgressFlag.rendering(arguments, .error)
        // Retrying does not resend what succeeded before a failure.
        let places = try ListImageLocator(arguments, store, session)
        let sendsList =
            try ManifestList.isList(found, in: store)
            && (arguments.bool("all") || holdsAttestations(found, target, store))
        let image = sendsList ? found : try ManifestList.image(behind: found, in: store)
        if let reference = TransportReference(parsing: target), reference.transport == .containersStorage {
            guard !sendsList else { throw CommandError("--all: lists cannot be pushed to containers-storage:") }
            try session.copy(image, in: store, to: reference, options, report: rendering.handler)
            return 0
        }
        _ = try registries.options.retry.run {
            let destination = try ImageLocationResolver.destination(target, registries)
            guard sendsList else {
                return try ImagePush(from: store, report: rendering.handler).push(image, to: destination, options)
            }
            let push = ManifestListPush(from: store, resolve: places.source, report: rendering.handler)
            return try push.push(
                ManifestList(found, in: store), to: destination, ManifestListPush.Options(copy: options))
        }
        if arguments.bool("rm"), sendsList { _ = try store.deleteImage(image.id) }
        return 0
    }

    /// Whether a list is pushed for the sake of its attestations, which other lists need not be.
    private static func holdsAttestations(
        _ record: ImageRecord, _ target: String, _ store: ContainerStore
    ) throws -> Bool {
        let singles = ["docker-archive:", "docker-daemon:", "containers-storage:"]
        return try !singles.contains(where: target.hasPrefix) && ManifestList(record, in: store).hasAttestations
    }

    /// The flags for the format of manifests and layers.
    static func copyOptions(
        _ arguments: ParsedArguments, _ target: String, _ session: Session
    ) throws -> CopyOptions {
        var options = CopyOptions()
        options.signer = try SigningFlags.signer(arguments)
        options.encryption = try EncryptionFlags.encryption(arguments)
        options.removesSignatures = arguments.bool("remove-signatures")
        options.format = try CopyFlags.manifestType(arguments.string("format"))
        var way = try CopyFlags.compressionWish(
            format: arguments.string("compression-format"), level: arguments.int("compression-level"))
        let isUncompressed = arguments.declares("disable-compression") && arguments.bool("disable-compression")
        if way == nil, !isUncompressed { way = try configuredCompression(options.format, target, session) }
        if isUncompressed {
            guard way == nil else {
                throw CommandError("--disable-compression and --compression-format cannot be used together")
            }
            options.layers = .unchanged
        } else if way != nil || arguments.bool("force-compression") {
            options.layers = .compressed(way)
            options.forcesCompression = arguments.declares("force-compression") && arguments.bool("force-compression")
        }
        options.schema1Name = DockerName.reference(target)
        return options
    }

    /// What containers.conf says, where the destination leaves the choice: Docker's manifests have no other compression
    /// than gzip, and these transports keep or remove it.
    private static func configuredCompression(
        _ format: MediaType?, _ target: String, _ session: Session
    ) throws -> LayerCompressionSettings? {
        let engine = try session.containersConf().engine
        guard format == nil || format == .ociManifest,
            !["dir:", "docker-archive:", "docker-daemon:", "containers-storage:"].contains(where: target.hasPrefix)
        else { return nil }
        let name = engine.compressionFormat == "gzip" ? "" : engine.compressionFormat
        return try CopyFlags.compressionWish(format: name.isEmpty ? nil : name, level: engine.compressionLevel)
    }

    /// A Docker archive without a name for the image gets the one that the user typed, as from Buildah.
    private static func archiveWithName(_ target: String, of image: ImageRecord, named name: String) -> String {
        guard let reference = TransportReference(parsing: target), reference.transport == .dockerArchive,
            let archive = try? DockerArchiveReference(parsing: reference.rest), archive.image == nil,
            let own = image.names.first(where: { $0.contains(name) }) ?? image.names.first, !own.contains("@")
        else { return target }
        return "\(target):\(own)"
    }

    /// The default destination of an image: the registry in the name that the user typed.
    private static func defaultDestination(of image: ImageRecord, named name: String) -> String {
        let qualified = (try? LocalNames.qualified(name)) ?? name
        return image.names.contains(qualified) ? qualified : image.names.first { $0.contains(name) } ?? name
    }
}
