import CommandLineGrammar
import ContainerStore
import ContentDigest
import Distribution
import ImageBuild
import ImageCopy
import ImageModel
import ImageTransports
import JSONText
import LinuxSystem
import ManifestLists
import ProgressEvents
import WorkingContainers

/// Where a build's image goes besides the store.
struct BuildDelivery {
    let outputs: [BuildOutput]
    /// Names that are destinations outside the store (`-t oci:layout`).
    let targets: [String]
    /// Names to push to their registries, as typed.
    let pushed: [String]
    /// The outputs that are pushed, each in its own form, with the names.
    private let registryOutputs: [(output: BuildOutput, names: [String])]
    /// More names of the image in the store, as typed.
    let additionalNames: [String]
    /// Writes what is attested of the image; nil for nothing.
    var papers: PaperWriter?
    /// How to compress the layers at `targets` and in registries.
    private let wish: LayerCompressionSettings?
    /// Whether to compress them where they usually are not.
    private let isCompressed: Bool
    /// The name to sign in the store, as typed.
    private let signedTag: String?
    private var signer: ImageSigner?

    /// Whether the image goes nowhere but into the store.
    var isOnlyInStore: Bool {
        targets.isEmpty && pushed.isEmpty && outputs.allSatisfy { $0.kind == .image(isPushed: false) }
    }

    var usesStandardOutput: Bool { outputs.contains(where: \.usesStandardOutput) }

    static let flags: [Flag] = [
        Flag(
            "output", short: "o", .stringArray, placeholder: "dest",
            help: "output destination (format: type=local|tar|oci|docker|image|registry,dest=path)"),
        .bool("push", help: "push the image to the registries in its names (like --output type=registry)"),
        .bool("load", help: "keep the image in the store, which always happens"),
        .string("compression-format", "format", help: "compression of layers outside of the store (gzip or zstd)"),
        Flag("compression-level", .int, placeholder: "level", help: "compression level outside of the store"),
        .bool("force-compression", help: "use the compression outside of the store even for compressed layers"),
        .bool(
            "disable-compression", short: "D", default: true,
            help: "don't compress layers, unless the destination requires it"),
        .string("iidfile", "file", help: "file to write the image ID to"),
        .string(
            "iidfile-raw", "file", aliases: ["raw-iidfile"], help: "file to write the image ID to, without sha256:"),
        .string("metadata-file", "file", help: "file to write metadata about the image to"),
    ]

    /// - Parameter tags: the values of `--tag`.
    init(_ arguments: ParsedArguments, tags: [String]) throws {
        outputs = try arguments.strings("output").map { try BuildOutput(parsing: $0) }
        guard outputs.filter(\.usesStandardOutput).count < 2 else {
            throw CommandError("only one --output can go to standard output")
        }
        func isElsewhere(_ tag: String) -> Bool {
            TransportReference(parsing: tag).map { $0.transport != .containersStorage } ?? false
        }
        targets = tags.filter(isElsewhere)
        let own = tags.filter { !isElsewhere($0) }
        additionalNames = outputs.flatMap { output in
            if case .image = output.kind { output.names } else { [String]() }
        }
        pushed = arguments.bool("push") ? own : []
        registryOutputs = outputs.filter { $0.kind == .image(isPushed: true) }
            .map { ($0, $0.names.isEmpty ? own : $0.names) }
        let pushes = registryOutputs.map(\.names) + (arguments.bool("push") ? [pushed] : [])
        guard pushes.allSatisfy({ !$0.isEmpty }) else { throw CommandError("to push the image, name it with --tag") }
        for name in pushes.joined() where ImageReference.isShortName(name) {
            throw CommandError("\(name) cannot be pushed: the name has no registry")
        }
        wish = try CopyFlags.compressionWish(
            format: arguments.string("compression-format"), level: arguments.int("compression-level"))
        isCompressed = arguments.bool("force-compression") || !arguments.bool("disable-compression")
        signedTag = (own + additionalNames).first
    }

    /// Checks that the image can be signed if that is wanted, before anything is built.
    mutating func prepareSigner(_ arguments: ParsedArguments) throws {
        signer = try SigningFlags.signer(arguments)
        // Without a name in the store, only what is elsewhere is signed.
        if let signer, targets.isEmpty || signedTag != nil { _ = try signer.storedName(signedName) }
    }

    private var signedName: String? {
        get throws { try signedTag.flatMap { try StoredName.qualified($0) } }
    }

    /// Rejects forms of images that attestations cannot be attached to.
    func checkAttestations(_ format: ImageFormat) throws {
        guard papers != nil else { return }
        guard format == .oci else { throw CommandError("--format docker: only OCI's images have attestations") }
        for output in outputs {
            guard output.format != .dockerManifest else {
                throw CommandError("--output oci-mediatypes=false: only OCI's images have attestations")
            }
            guard output.kind != .dockerArchive else {
                throw CommandError("--output type=docker: archives of docker save have no place for attestations")
            }
        }
        for target in targets where target.hasPrefix("docker-archive:") || target.hasPrefix("docker-daemon:") {
            throw CommandError("--tag \(target): attestations cannot be stored there")
        }
    }

    /// Rejects what several images at once cannot go to.
    func checkSeveral(_ count: Int, _ arguments: ParsedArguments) throws {
        guard count > 1 else { return }
        for (flag, what) in [("iidfile", "iidfile"), ("iidfile-raw", "iidfile"), ("metadata-file", "metadata file")] {
            guard let file = arguments.string(flag) else { continue }
            let content = flag == "metadata-file" ? "store information about one image" : "store one image ID"
            throw CommandError("building multiple images, but \(what) \"\(file)\" can only be used to \(content)")
        }
        for output in outputs
        where ![.directory, .archive, .image(isPushed: false)].contains(output.kind) {
            throw CommandError(
                "building multiple images, of which --output can only write the files (type=local or tar): "
                    + "add them to a list with --manifest, and push that")
        }
        if let target = targets.first {
            throw CommandError("building multiple images, which --tag \(target) would replace one by the other")
        }
        guard pushed.isEmpty else {
            throw CommandError(
                "building multiple images, which --push would push to one name: add them to a list with --manifest, "
                    + "and push that")
        }
    }

    /// A function that writes the id to the requested files. Checks at once that they are writable.
    static func announcement(_ arguments: ParsedArguments) throws -> @Sendable (String) throws -> Void {
        let long = try arguments.string("iidfile").map { try OutputFile.textWriter($0) { "sha256:\($0)" } }
        let raw = try arguments.string("iidfile-raw").map { try OutputFile.textWriter($0) { $0 } }
        if let file = arguments.string("metadata-file") { try OutputFile.checkWritable(file) }
        return { id in
            try long?(id)
            try raw?(id)
        }
    }

    /// Copies the image to all destinations.
    ///
    /// - Parameters:
    ///   - names: the image's qualified names.
    ///   - platform: the image's platform, if the build is for several.
    func send(
        _ result: ImageBuilder.Result, _ attested: AttestedImage?, names: [String], platform: Platform?,
        from store: ContainerStore, _ registries: RegistryAccess, temporary: String, report: @escaping ProgressHandler
    ) throws {
        func push(
            _ result: ImageBuilder.Result, to destination: any ImageDestination, _ copy: CopyOptions
        ) throws {
            try Self.push(result, attested, to: destination, copy, from: store, report: report)
        }
        if let signer, try targets.isEmpty || signedName != nil {
            try signer.sign(result.image, named: signedName, in: store)
        }
        for target in targets + pushed.map({ "docker://\($0)" }) {
            var copy = signedCopy
            let layers = CopyFlags.layers(ofNewImageFor: target, isWanted: isCompressed, wish)
            if let layers { copy.layers = layers }
            try push(result, to: ImageLocationResolver.destination(target, registries), copy)
        }
        for (output, names) in registryOutputs {
            var copy = signedCopy
            copy.layers = try output.layers
            copy.format = output.format
            for name in names {
                try push(result, to: ImageLocationResolver.destination("docker://\(name)", registries), copy)
            }
        }
        for output in outputs where platform == nil || output.kind != .archive {
            let own = try output.names.compactMap { try StoredName.qualified($0) }
            try BuildExport(
                output: output, result: result, attested: attested, names: own.isEmpty ? names : own,
                platform: platform, store: store,
                temporary: temporary, report: report
            ).write()
        }
    }

    /// Options for a copy with a signature of its own, if one is wanted: that of the store is for another form.
    private var signedCopy: CopyOptions {
        var options = CopyOptions()
        options.signer = signer
        options.removesSignatures = signer != nil
        return options
    }

    /// New images are in the store.
    private static func refuse(_ place: String) throws -> any ImageSource {
        throw CommandError("\(place): the image is not in the store")
    }

    /// Copies an image with its attestations.
    static func push(
        _ result: ImageBuilder.Result, _ attested: AttestedImage?, to destination: any ImageDestination,
        _ copy: CopyOptions, from store: ContainerStore, report: @escaping ProgressHandler
    ) throws {
        guard let attested else {
            try ImagePush(from: store, report: report).push(result.image, to: destination, copy)
            return
        }
        let push = ManifestListPush(from: store, resolve: Self.refuse, report: report)
        _ = try push.push(attested.list, to: destination, ManifestListPush.Options(copy: copy))
    }

    /// Writes what holds the images of all platforms: archives.
    ///
    /// - Parameter temporary: where their files are collected.
    func sendTogether(
        _ images: [(result: ImageBuilder.Result, platform: Platform, papers: [BuildPaper])],
        from store: ContainerStore, temporary: String
    ) throws {
        for output in outputs where output.kind == .archive {
            try PlatformArchive(images: images, store: store, temporary: temporary).write(to: output)
        }
    }

    /// The content of `--metadata-file`: Buildah's, with the members of `docker build`.
    static func metadata(
        _ id: String, _ manifest: RawManifest, names: [String], provenance: JSONValue? = nil
    ) -> [UInt8] {
        var object: JSONObject = [
            "containerimage.config.digest": .string("sha256:\(id)"),
            "containerimage.descriptor": [
                "mediaType": .string(manifest.mediaType.rawValue), "digest": .string(manifest.digest.description),
                "size": .integer(Int64(manifest.bytes.count)),
            ],
            "containerimage.digest": .string(manifest.digest.description),
        ]
        if let provenance { object["buildx.build.provenance"] = provenance }
        if !names.isEmpty { object["image.name"] = .string(names.joined(separator: ",")) }
        return JSONValue.object(object).serialized()
    }
}
