import CommandLineGrammar
import ImageCopy
import ImageModel
import ImageTransports
import ImageTrust

/// The common flags of `image copy` and related commands: which image of a list to copy, and in which form.
enum CopyFlags {
    static let selection: [Flag] = [
        .bool("all", short: "a", help: "copy all images if SOURCE-IMAGE is a list"),
        .string(
            "multi-arch", "option", help: "how to handle multi-architecture images (system, all, or index-only)"),
    ]

    static let form: [Flag] = [
        .string("format", short: "f", "manifest-type", help: "MANIFEST TYPE (oci, v2s1, or v2s2) of the destination"),
        .bool("preserve-digests", help: "preserve digests of images and lists, or fail"),
        .bool("remove-signatures", help: "do not copy signatures from SOURCE-IMAGE"),
    ]

    static let compression: [Flag] = [
        .bool("dest-compress", help: "compress layers that are not compressed"),
        .bool("dest-decompress", help: "decompress layers"),
        .string("dest-compress-format", "format", help: "FORMAT to compress layers with (gzip or zstd)"),
        Flag("dest-compress-level", .int, placeholder: "level", help: "LEVEL to compress layers with"),
        .bool(
            "dest-force-compress-format",
            help: "use the compression of --dest-compress-format even if the destination has a layer in another one"),
        .bool("dest-oci-accept-uncompressed-layers", help: "leave layers that are not compressed as they are"),
        .bool("dest-precompute-digests", help: "compare digests before layers are sent, as always happens"),
    ]

    /// The platform to select from lists, as in Skopeo's global flags.
    static let platform: [Flag] = [
        .string("override-arch", "arch", help: "use ARCH instead of the architecture of the machine"),
        .string("override-os", "os", help: "use OS instead of the running OS"),
        .string("override-variant", "variant", help: "use VARIANT instead of the running architecture variant"),
    ]

    // MARK: Parsing

    /// The platform to select: the host's, unless flags override it.
    static func wantedPlatform(_ arguments: ParsedArguments) throws -> Platform {
        if arguments.declares("platform"), let text = arguments.string("platform"), !text.isEmpty {
            return try Platform.parse(text)
        }
        guard arguments.declares("override-arch") else { return Platform.host }
        var platform = Platform.host
        if let arch = arguments.string("override-arch") {
            platform.architecture = arch
            platform.variant = nil
        }
        if let os = arguments.string("override-os") { platform.os = os }
        if let variant = arguments.string("override-variant") { platform.variant = variant }
        return platform
    }

    static func selected(_ arguments: ParsedArguments) throws -> CopyOptions.Selection {
        let platform = try wantedPlatform(arguments)
        let multi = arguments.declares("multi-arch") ? arguments.string("multi-arch") : nil
        guard let multi else { return arguments.bool("all") ? .all : .platform(platform) }
        guard !arguments.wasSet("all") else {
            throw CommandError("--all and --multi-arch are both set: only one of them can be")
        }
        switch multi {
        case "system": return .platform(platform)
        case "all": return .all
        case "index-only": return .indexOnly
        default:
            throw CommandError("unknown multi-arch option \"\(multi)\": choose system, all, or index-only")
        }
    }

    static func manifestType(_ text: String?) throws -> MediaType? {
        switch text {
        case nil, "": nil
        case "oci": .ociManifest
        case "v2s2", "docker": .dockerManifest
        case "v2s1": .dockerSchema1Signed
        case let other?:
            throw CommandError(
                "unknown format \"\(other)\": choose one of the supported formats: 'oci', 'v2s1', or 'v2s2'")
        }
    }

    static func layers(_ arguments: ParsedArguments) throws -> CopyOptions.Layers {
        guard !(arguments.bool("dest-compress") && arguments.bool("dest-decompress")) else {
            throw CommandError("--dest-compress and --dest-decompress cannot be used together")
        }
        if arguments.bool("dest-decompress") { return .plain }
        let way = try compressionWish(
            format: arguments.string("dest-compress-format"), level: arguments.int("dest-compress-level"))
        guard way != nil || !arguments.bool("dest-force-compress-format") else {
            throw CommandError("--dest-force-compress-format needs --dest-compress-format")
        }
        if arguments.bool("dest-compress") { return .compressed(way) }
        return arguments.bool("dest-oci-accept-uncompressed-layers") ? .unchanged : .preferred(way)
    }

    /// How to compress the layers of new images; nil: as the destination prefers. Unless asked for, layouts get them as
    /// they are, as from Buildah.
    ///
    /// - Parameter isWanted: whether flags demand compression.
    static func layers(
        ofNewImageFor target: String, isWanted: Bool, _ wish: LayerCompressionSettings?
    ) -> CopyOptions.Layers? {
        if isWanted || wish != nil { return .compressed(wish) }
        let transport = TransportReference(parsing: target)?.transport
        return transport == .oci || transport == .ociArchive ? .unchanged : nil
    }

    static func compressionWish(format: String?, level: Int?) throws -> LayerCompressionSettings? {
        if format == nil, level == nil { return nil }
        let algorithm: LayerCompression
        switch format {
        case nil, "gzip": algorithm = .gzip
        case "zstd": algorithm = .zstd
        case let other?:
            throw CommandError("unknown compression format \"\(other)\": choose gzip or zstd")
        }
        let highest = algorithm == .zstd ? 20 : 9
        if let level, !(1...highest).contains(level) {
            throw CommandError("compression level \(level) of \(algorithm.rawValue) is not between 1 and \(highest)")
        }
        return LayerCompressionSettings(algorithm, level: level)
    }
}
