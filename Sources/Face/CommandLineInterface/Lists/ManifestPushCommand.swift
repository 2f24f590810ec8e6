import CommandLineGrammar
import ContainerStore
import ContainersConfig
import ContentDigest
import ImageCopy
import ImageModel
import ManifestLists

/// `manifest push`: pushes a list of the store, with the images in it.
enum ManifestPushCommand: Command {
    static let grammar = CommandGrammar(
        "push", summary: "Push a manifest list or image index to a registry",
        usage: "push [options] LIST_OR_INDEX [DESTINATION]",
        examples: ["manifest push mylist:v1.11 transport:imageName"],
        flags: [
            .bool("all", default: true, help: "also push the images in the list"),
            .bool("rm", help: "remove the manifest list if push succeeds"),
            .bool("purge", hidden: true, help: "remove the manifest list if push succeeds"),
            .string("format", short: "f", "oci|v2s2", help: "manifest type (oci or v2s2) to attempt to use"),
            .string("digestfile", "file", help: "after copying the image, write the digest of the result to the file"),
            .string("compression-format", "format", help: "compression format to use (gzip or zstd)"),
            Flag("compression-level", .int, placeholder: "level", help: "compression level to use"),
            .bool("force-compression", help: "use the specified compression even for compressed layers"),
            .bool("quiet", short: "q", help: "don't output progress information when pushing lists"),
            .bool("remove-signatures", help: "don't copy signatures when pushing images"),
            SignaturePolicyFlag.flag,
            Flag(
                "add-compression", .stringSlice, placeholder: "format",
                help: "also push the images with this compression: gzip or zstd"),
        ] + SigningFlags.flags + SharedFlags.registry, arguments: .between(1...2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let format = arguments.string("format") ?? ""
        guard ["", "oci", "v2s2", "docker"].contains(format) else {
            throw CommandError("unknown format \"\(format)\". Choose one of the supported formats: 'oci' or 'v2s2'")
        }
        // Images in the store have already been accepted; an unreadable policy is still an error.
        _ = try SignaturePolicyFlag.admission(arguments, session)
        try session.containersConf().checkSupported(for: .push)
        let store = try session.openStore()
        let record = try ManifestArguments.list(arguments.positionals[0], in: store)
        let list = try ManifestList(record, in: store)
        let target = arguments.positionals.count == 2 ? arguments.positionals[1] : record.names.first ?? list.id
        var options = ManifestListPush.Options(copy: try PushCommand.copyOptions(arguments, target, session))
        options.includesImages = arguments.bool("all")
        options.copy.additionalCompressions = try arguments.strings("add-compression").compactMap { name in
            try CopyFlags.compressionWish(format: name, level: nil)?.algorithm
        }
        guard options.includesImages || options.copy.additionalCompressions.isEmpty else {
            throw CommandError("--add-compression needs --all: without it no images are pushed")
        }
        if let file = arguments.string("digestfile") { options.copy.announce = try OutputFile.digestWriter(file) }
        let places = try ListImageLocator(arguments, store, session)
        let rendering = ProgressRendering(steps: nil, copies: arguments.bool("quiet") ? nil : .error)
        let push = ManifestListPush(from: store, resolve: places.source, report: rendering.handler)
        _ = try places.retrying { try push.push(list, to: places.destination(target), options) }
        if arguments.bool("rm") || arguments.bool("purge") { try store.deleteImage(record.id) }
        return 0
    }
}
