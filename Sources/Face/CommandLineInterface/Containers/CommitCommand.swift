import CommandLineGrammar
import ContainerStore
import ContainersConfig
import Distribution
import ImageCopy
import ImageLayers
import ImageModel
import ImageTransports
import JSONText
import LinuxSystem
import ManifestLists
import WorkingContainers

/// `commit`: commits a working container as an image.
enum CommitCommand: Command {
    static let grammar = CommandGrammar(
        "commit", summary: "Create an image from a working container", usage: "commit [options] CONTAINER [IMAGE]",
        flags: flags + TimeFlags.flags + SharedFlags.registry + SharedFlags.refusedScans, flagsFirst: true)

    private static let flags: [Flag] =
        [
            SharedFlags.format, SignaturePolicyFlag.flag,
            .bool("squash", help: "produce an image with only one layer"),
            .bool("rm", help: "remove the container and its content after committing it to an image"),
            .bool("quiet", short: "q", help: "don't output progress information when writing images"),
            .string("iidfile", "file", help: "write the image ID to the file"),
            .bool("omit-history", help: "omit build history information from the built image"),
            .bool("identity-label", help: "add default builder label"),
            Flag("unsetenv", .stringSlice, help: "unset env from final image"),
            Flag("unsetlabel", .stringSlice, help: "unset label from final image"),
            Flag("unsetannotation", .stringSlice, help: "unset annotation from final image"),
            .bool("created-annotation", default: true, help: "set the annotation with the time of creation"),
            Flag("label", .stringArray, placeholder: "key=value", help: "add a label to the final image"),
            Flag("annotation", .stringArray, placeholder: "key=value", help: "add an annotation to the final image"),
            .string("config", "file", help: "merge the image configuration from the file into the container's"),
            .bool(
                "disable-compression", short: "D", default: true,
                help: "don't compress layers unless the destination requires it"),
            .string(
                "compression-format", "format", help: "compression format of layers outside the store: gzip or zstd"),
            Flag(
                "compression-level", .int, placeholder: "level", help: "compression level of layers outside the store"),
            .bool(
                "force-compression", help: "use the specified compression outside the store even if it is the default"),
            .string(
                "reference-time", "file", hidden: true, help: "set the image's times to the file's modification time"),
            Flag(
                "change", short: "c", .stringArray, placeholder: "instruction",
                help: "apply a Containerfile instruction to the configuration of the image"),
            Flag(
                "add-file", .stringArray, placeholder: "source[:destination]",
                help: "add a file to the image, owned by root and with mode 0644"),
            .string("metadata-file", "file", help: "file to write metadata about the image to"),
            .string("manifest", "list", help: "create a manifest list, or add to one, with the image"),
            .refused("cw", "confidential workloads are not supported"),
            .refused("sbom", "scanning for software bills of materials is not supported"),
            .refused("pull", "it is about scanners of software bills of materials, which are not supported"),
        ] + EncryptionFlags.encrypting + SigningFlags.flags

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard let name = arguments.positionals.first else { throw CommandError("container ID must be specified") }
        guard arguments.positionals.count <= 2 else { throw CommandError("too many arguments specified") }
        // Images in the store have already been accepted; an unreadable policy is still an error.
        _ = try SignaturePolicyFlag.admission(arguments, session)
        let store = try session.openStore(mounts: true)
        let container = try WorkingContainer(name, in: store)
        var options = try options(arguments, container, session)
        if let file = arguments.string("iidfile") {
            options.announce = try OutputFile.textWriter(file) { "sha256:\($0)" }
        }
        let rendering = ProgressRendering(steps: nil, copies: arguments.bool("quiet") ? nil : .error)
        let target = arguments.positionals.dropFirst().first ?? ""
        let list = try arguments.string("manifest").flatMap { try StoredName.qualified($0) }
        let isElsewhere = isElsewhere(target)
        let layers = try layers(arguments, target, options.format, session)
        let signer = try SigningFlags.signer(arguments)
        let isEncrypted = try EncryptionFlags.encryption(arguments) != nil
        let id: String
        if isElsewhere {
            guard arguments.string("metadata-file") == nil else {
                throw CommandError("--metadata-file only applies to images committed to the store")
            }
            guard list == nil else { throw CommandError("--manifest only applies to images committed to the store") }
            var copy = CopyOptions()
            if let layers { copy.layers = layers }
            copy.encryption = try EncryptionFlags.encryption(arguments)
            (copy.signer, copy.removesSignatures) = (signer, signer != nil)
            id = try send(container, options, to: target, copy, store, rendering, arguments, session)
        } else {
            guard !isEncrypted else {
                throw CommandError("--encryption-key only applies to destinations outside the store, which keeps files")
            }
            if case .compressed(let settings) = layers {
                options.compression = (settings?.algorithm ?? .gzip, settings?.level)
            }
            options.names = try StoredName.qualified(target).map { [$0] } ?? []
            _ = try signer?.storedName(options.names.first)
            let (image, manifest) = try container.commit(options, to: store)
            try signer?.sign(image, named: options.names.first, in: store)
            if let file = arguments.string("metadata-file") {
                try OutputFile.write(
                    BuildDelivery.metadata(image.id, manifest, names: options.names), to: file)
            }
            try rendering.tellOfCopy(manifest)
            if let list { try ManifestList.add([(image, nil)], toListNamed: list, in: store) }
            id = image.id
        }
        if arguments.bool("rm") { try store.deleteContainer(container.id) }
        if !isElsewhere, arguments.string("iidfile") == nil { session.printLine(id) }
        return 0
    }

    private static func options(
        _ arguments: ParsedArguments, _ container: WorkingContainer, _ session: Session
    ) throws -> WorkingContainer.CommitOptions {
        var options = WorkingContainer.CommitOptions()
        options.format = try arguments.string("format").map { try ImageFormat(flag: $0) } ?? container.format
        options.squashes = arguments.bool("squash")
        var times = try TimeFlags(arguments)
        if let file = arguments.string("reference-time") { try times.set(to: file) }
        options.created = times.created
        options.modification = times.modification
        options.omitsHistory = arguments.bool("omit-history")
        options.unsetEnvironment = arguments.strings("unsetenv")
        options.unsetLabels = arguments.strings("unsetlabel")
        options.unsetAnnotations = arguments.strings("unsetannotation")
        options.annotatesCreation = arguments.bool("created-annotation")
        for text in arguments.strings("annotation") {
            let (key, value) = try KeyValueFlag.require(text, "annotation")
            options.annotations[key] = value
        }
        if let file = arguments.string("config") {
            options.override = try JSONValueDecoder().decode(
                ContainerConfig.self, from: Files.readFile(file, limit: 4 << 20))
        }
        let changes = arguments.strings("change")
        options.change = { config in
            for change in changes { try ImageChange.apply(change, to: &config) }
        }
        options.additions = try arguments.strings("add-file").map { try addition($0) }
        if let file = arguments.string("metadata-file") { try OutputFile.checkWritable(file) }
        for text in arguments.strings("label") {
            let (key, value) = try KeyValueFlag.require(text, "label")
            options.labels[key] = value
        }
        if arguments.boolIfGiven("identity-label") ?? (session.calledAs == "buildah" && options.created == nil) {
            options.labels["io.buildah.version"] = Swiftlet.version
        }
        return options
    }

    /// Whether an image goes to another destination than the configured store.
    private static func isElsewhere(_ target: String) -> Bool {
        guard let reference = TransportReference(parsing: target) else { return false }
        return reference.transport != .containersStorage || reference.rest.hasPrefix("[")
    }

    /// How to compress layers for destinations outside the store.
    private static func layers(
        _ arguments: ParsedArguments, _ target: String, _ format: ImageFormat, _ session: Session
    ) throws -> CopyOptions.Layers? {
        var wish = try CopyFlags.compressionWish(
            format: arguments.string("compression-format"), level: arguments.int("compression-level"))
        let isWanted = wish != nil || arguments.bool("force-compression")
        guard !isWanted || !arguments.wasSet("disable-compression") || !arguments.bool("disable-compression") else {
            throw CommandError("--disable-compression and flags for compression cannot be used together")
        }
        // What containers.conf says, except for Docker's manifests, which know gzip alone.
        let engine = try session.containersConf().engine
        if wish == nil, !arguments.bool("disable-compression"), engine.compressionFormat == "zstd", format == .oci {
            wish = try CopyFlags.compressionWish(format: engine.compressionFormat, level: engine.compressionLevel)
        }
        return CopyFlags.layers(
            ofNewImageFor: target, isWanted: isWanted || !arguments.bool("disable-compression"), wish)
    }

    /// `SOURCE[:DESTINATION]`.
    private static func addition(_ text: String) throws -> LayerMaker.Addition {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let destination = parts.count == 2 ? parts[1] : parts[0]
        guard !parts[0].isEmpty, !destination.isEmpty, !destination.hasSuffix("/") else {
            throw CommandError("invalid --add-file \(text.goQuoted): expected SOURCE[:DESTINATION], two files")
        }
        let name = try HostPath.absolute(destination.hasPrefix("/") ? destination : "/\(destination)").dropFirst()
        guard !name.isEmpty else { throw CommandError("invalid --add-file \(text.goQuoted): no destination") }
        return LayerMaker.Addition(name: Array(name.utf8), file: try HostPath.real(parts[0]))
    }

    /// Writes the image to another destination; the store keeps it only if it had it before.
    private static func send(
        _ container: WorkingContainer, _ commit: WorkingContainer.CommitOptions, to target: String,
        _ options: CopyOptions, _ store: ContainerStore, _ rendering: ProgressRendering,
        _ arguments: ParsedArguments, _ session: Session
    ) throws -> String {
        let known = Set(try store.images().map(\.id))
        func committed() throws -> ImageRecord { try container.commit(commit, to: store).record }
        func forget(_ image: ImageRecord) { if !known.contains(image.id) { _ = try? store.deleteImage(image.id) } }
        if let reference = TransportReference(parsing: target), reference.transport == .containersStorage {
            let image = try committed()
            defer { forget(image) }
            try session.copy(image, in: store, to: reference, options, report: rendering.handler)
            return image.id
        }
        let registries = try RegistryFlags.access(arguments, session, store: store)
        let destination = try ImageLocationResolver.destination(target, registries)
        let image = try committed()
        defer { forget(image) }
        try ImagePush(from: store, report: rendering.handler).push(image, to: destination, options)
        return image.id
    }
}
