import CommandLineGrammar
import ContentDigest
import Distribution
import ImageCopy
import ImageModel
import ImageTransports
import JSONText
import OutputTemplates

/// `image inspect`, Skopeo's `inspect`: shows details of an image behind any transport without copying it.
enum ImageInspectCommand: Command {
    static let grammar = CommandGrammar(
        "inspect", summary: "Inspect image IMAGE-NAME",
        details: "Returns low-level information about IMAGE-NAME, which is \"transport:details\" or a local image.",
        usage: "inspect [options] IMAGE-NAME",
        examples: [
            "inspect docker://registry.fedoraproject.org/fedora", "inspect --config docker://docker.io/alpine",
            "inspect --format \"Name: {{.Name}} Digest: {{.Digest}}\" docker://registry.access.redhat.com/ubi8",
        ],
        flags: [
            .bool("raw", help: "output raw manifest or configuration"),
            .bool("config", help: "output configuration"),
            .bool("attestations", help: "output the statements about the image, such as the list of its packages"),
            .string("format", short: "f", "format", help: "format the output to a Go template"),
            .bool("no-tags", short: "n", help: "do not list the available tags from the repository in the output"),
            .string("manifest-digest", "algorithm", help: "algorithm of the manifest's digest: sha256 or sha512"),
            .string("platform", "OS/ARCH[/VARIANT]", help: "select the image for this platform from a list"),
        ] + RegistryFlags.flags(prefix: "") + RegistryFlags.shared, arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let name = arguments.positionals[0]
        let text =
            TransportReference(parsing: name) == nil && session.calledAs != "skopeo"
            ? "containers-storage:\(name)" : name
        if arguments.bool("raw"), arguments.wasSet("format") {
            throw CommandError("raw output does not support format option")
        }
        if arguments.bool("attestations") { return try showAttestations(of: text, arguments, session) }
        let format = try arguments.string("format").map { try OutputFormat(parsing: $0, name: "format") }
        let source = try Transports.resolver(for: [text], arguments, prefix: "", session).source(text)
        let top = try source.manifest(nil)
        if arguments.bool("raw"), !arguments.bool("config") {
            session.write(top.bytes)
            return 0
        }
        let image = try inspected(source, top, CopyFlags.wantedPlatform(arguments), session)
        if arguments.bool("config") {
            if arguments.bool("raw") {
                session.write(image.configBytes)
            } else {
                try show(.object(image.ociConfiguration()), InspectTemplateTypes.openImage, format, session)
            }
            return 0
        }
        let tags = arguments.bool("no-tags") ? [] : try repositoryTags(of: source, session)
        let digest = try digest(of: top, image, arguments)
        try show(
            .object(image.description(name: repository(of: text), digest: digest, tags: tags)),
            InspectedImage.shape, format, session)
        return 0
    }

    private static func showAttestations(
        of text: String, _ arguments: ParsedArguments, _ session: Session
    ) throws -> Int32 {
        for flag in ["raw", "config", "format"] where arguments.wasSet(flag) {
            throw CommandError("--attestations and --\(flag) can't be used together")
        }
        let platform = try CopyFlags.wantedPlatform(arguments)
        let prefix = "containers-storage:"
        let statements =
            try text.hasPrefix(prefix)
            ? AttestationReader.statements(
                about: String(text.dropFirst(prefix.count)), for: platform, in: session.openStore())
            : AttestationReader.statements(
                in: Transports.resolver(for: [text], arguments, prefix: "", session).source(text), for: platform)
        session.printLine(JSONValue.array(statements).serializedString(pretty: true))
        return 0
    }

    private static func inspected(
        _ source: any ImageSource, _ top: RawManifest, _ platform: Platform, _ session: Session
    ) throws -> InspectedImage {
        do {
            return try InspectedImage(of: source, top, for: platform)
        } catch let error as CopyError where error.code == .notFound && session.calledAs == "skopeo" {
            // Skopeo's words for a list without the platform.
            let reason = error.message.replacing(ImageChoice.context(of: source), with: "choosing image instance")
            throw CommandError("Error parsing manifest for image: \(reason)")
        }
    }

    /// The manifest's digest with the requested algorithm, by default that of the configuration's.
    private static func digest(
        of manifest: RawManifest, _ image: InspectedImage, _ arguments: ParsedArguments
    ) throws -> Digest {
        var algorithm = image.configAlgorithm
        if let name = arguments.string("manifest-digest"), !name.isEmpty {
            guard let known = Digest.Algorithm(rawValue: name) else {
                throw CommandError("digest algorithm \"\(name)\" is not available: choose sha256 or sha512")
            }
            algorithm = known
        }
        return algorithm == .sha256 ? manifest.digest : Digest.hash(manifest.bytes, with: algorithm)
    }

    private static func show(
        _ value: JSONValue, _ shape: TemplateShape, _ format: OutputFormat?, _ session: Session
    ) throws {
        guard let format, !Optional(format).isJSON, !format.isPlainTable else {
            session.printLine(value.serializedString(pretty: true))
            return
        }
        session.write(try format.render([value], shape: shape))
    }

    /// The repository's name; nil except for images in registries.
    private static func repository(of text: String) -> String? {
        DockerName.reference(text)?.name
    }

    private static func repositoryTags(of source: any ImageSource, _ session: Session) throws -> [String] {
        guard let source = source as? DockerSource else { return [] }
        do {
            return try source.tags()
        } catch let error as RegistryError where error.code == .denied || error.message.contains("404 page not found") {
            // Some registries do not let everybody list tags, or nobody.
            session.log(.warning, "Registry disallows tag list retrieval; skipping")
            return []
        }
    }
}
