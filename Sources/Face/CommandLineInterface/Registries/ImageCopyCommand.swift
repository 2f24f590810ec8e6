import CommandLineGrammar
import ContentDigest
import Distribution
import ImageCopy
import ImageModel
import ImageTransports

/// `image copy`, Skopeo's `copy`: copies an image from one location to another.
enum ImageCopyCommand: Command {
    static let grammar = CommandGrammar(
        "copy", summary: "Copy an image from one location to another",
        details: """
            Copies an image (manifest, file system layers) from one location to another. Both are given as
            "transport:details": docker://, containers-storage:, oci:, oci-archive:, docker-archive:, docker-daemon:, dir:,
            and, as a source only, tarball:.
            """,
        usage: "copy [options] SOURCE-IMAGE DESTINATION-IMAGE",
        examples: ["copy docker://quay.io/skopeo/stable:latest docker://registry.example.com/skopeo:latest"],
        flags: CopyFlags.selection + CopyFlags.form + CopyFlags.compression + SigningFlags.flags
            + EncryptionFlags.encrypting + [EncryptionFlags.decrypting] + RegistryFlags.flags(prefix: "src-")
            + RegistryFlags.flags(prefix: "dest-")
            + RegistryFlags.shared + [RegistryFlags.bothEnds] + flags, arguments: .exactly(2))

    private static let flags: [Flag] = [
        Flag("additional-tag", .stringSlice, help: "additional tags (supports docker-archive)"),
        .bool("quiet", short: "q", help: "suppress output information when copying images"),
        .string("digestfile", "file", help: "write the digest of the resulting image to the file"),
        .string("platform", "OS/ARCH[/VARIANT]", help: "select the image for this platform from a list"),
        SignaturePolicyFlag.flag,
        Flag("image-parallel-copies", .int, default: "6", help: "number of blobs to copy in parallel"),
        ProgressFlag.flag,
    ]

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let (from, to) = (arguments.positionals[0], arguments.positionals[1])
        var options = try options(arguments, to)
        if let file = arguments.string("digestfile") { options.announce = try OutputFile.digestWriter(file) }
        // Progress must not get into the archive.
        let rendering = try ProgressFlag.rendering(arguments, isStandardOutput(to) ? .error : .output)
        options.admission = try SignaturePolicyFlag.admission(arguments, session)
        let sources = try Transports.resolver(for: [from, to], arguments, prefix: "src-", session)
        options.forms = session.openedStores.first.map { CompressionResults(of: $0.store) }
        var targets = try Transports.resolver(for: [], arguments, prefix: "dest-", session)
        targets.additionalTags = try arguments.strings("additional-tag").map {
            try ImageReference(parsing: $0).withDefaultTag()
        }
        // Requests are retried anyway; this retries whole copies, which do not resend what succeeded before a failure.
        let retry = RetryPolicy(retries: arguments.wasSet("retry-times") ? arguments.int("retry-times") ?? 0 : 0)
        let report = RetriedCopy.reportingStartsOnce(rendering.handler)
        try retry.run {
            let source = try sources.source(from)
            _ = try ImageCopier(options, report: report).copy(source, to: targets.target(to))
            (source as? DockerSource)?.finish()
        }
        return 0
    }

    private static func isStandardOutput(_ target: String) -> Bool {
        guard let rest = TransportReference(parsing: target)?.rest else { return false }
        return ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].contains { rest == $0 || rest.hasPrefix("\($0):") }
    }

    private static func options(_ arguments: ParsedArguments, _ target: String) throws -> CopyOptions {
        var options = CopyOptions(try CopyFlags.selected(arguments))
        options.isPlatformRequired = arguments.wasSet("platform")
        options.format = try CopyFlags.manifestType(arguments.string("format"))
        options.signer = try SigningFlags.signer(arguments)
        options.encryption = try EncryptionFlags.encryption(arguments)
        options.decryption = try EncryptionFlags.decryption(arguments)
        options.removesSignatures = arguments.bool("remove-signatures")
        options.preservesDigests = arguments.bool("preserve-digests")
        options.layers = try CopyFlags.layers(arguments)
        options.forcesCompression = arguments.bool("dest-force-compress-format")
        options.parallelCopies = max(arguments.int("image-parallel-copies") ?? 6, 1)
        options.schema1Name = DockerName.reference(target)
        return options
    }
}
