import CommandLineGrammar
import ImageCopy
import ImageTransports
import LinuxSystem

/// `source create`: creates a source image in an OCI layout.
enum SourceCreateCommand: Command {
    static let grammar = CommandGrammar(
        "create", summary: "Create an empty source image", usage: "create [options] PATH",
        flags: [
            .string("author", "name", help: "set the author"),
            .bool("time-stamp", default: true, help: "set the \"created\" time stamp"),
        ], arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let layout = try OCILayoutReference(parsing: arguments.positionals[0])
        try SourceImage(layout).create(
            author: arguments.string("author") ?? "", created: arguments.bool("time-stamp") ? Clock.now() : nil)
        return 0
    }
}

/// `source add`: adds an archive of source code to a source image.
enum SourceAddCommand: Command {
    static let grammar = CommandGrammar(
        "add", summary: "Add a source artifact to a source image", usage: "add [options] PATH ARTIFACT",
        flags: [Flag("annotation", .stringArray, placeholder: "key=value", help: "add an annotation")],
        arguments: .exactly(2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        var annotations: [String: String] = [:]
        for text in arguments.strings("annotation") {
            let (key, value) = try KeyValueFlag.require(text, "annotation")
            guard annotations.updateValue(value, forKey: key) == nil else {
                throw CommandError("annotation \(key.goQuoted) specified more than once")
            }
        }
        let layout = try OCILayoutReference(parsing: arguments.positionals[0])
        try SourceImage(layout).add(arguments.positionals[1], annotations: annotations)
        return 0
    }
}

/// `source pull`: copies a source image from a registry to a new layout.
enum SourcePullCommand: Command {
    static let grammar = CommandGrammar(
        "pull", summary: "Pull a source image from a registry", usage: "pull [options] IMAGE PATH",
        flags: [
            .bool("quiet", short: "q", help: "don't output pull progress information"), SignaturePolicyFlag.flag,
        ] + RegistryFlags.standard, arguments: .exactly(2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let layout = try OCILayoutReference(parsing: arguments.positionals[1])
        guard try Files.statusIfPresent(layout.path) == nil else {
            throw CommandError("\(layout.path.goQuoted) already exists")
        }
        let registries = try RegistryFlags.access(arguments, session)
        let (source, _) = try ImageLocationResolver.source(
            SourceLocation.qualified(arguments.positionals[0]), calledAs: session.calledAs, registries)
        guard SourceImage.isSource(try source.manifest(nil)) else {
            throw CommandError("\(arguments.positionals[0]): the image is not a source image")
        }
        var options = CopyOptions()
        options.layers = .unchanged
        options.admission = try SignaturePolicyFlag.admission(arguments, session)
        let rendering = ProgressRendering(steps: nil, copies: arguments.bool("quiet") ? nil : .error)
        try ImageCopier(options, report: rendering.handler).copy(source, to: OCILayoutDestination(layout))
        return 0
    }
}

/// `source push`: copies a source image to a registry.
enum SourcePushCommand: Command {
    static let grammar = CommandGrammar(
        "push", summary: "Push a source image to a registry", usage: "push [options] PATH IMAGE",
        flags: [
            .bool("quiet", short: "q", help: "don't output push progress information"),
            .string("digestfile", "file", help: "write the digest of the resulting image to the file"),
        ] + RegistryFlags.standard, arguments: .exactly(2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let source = try OCILayoutSource(OCILayoutReference(parsing: arguments.positionals[0]))
        guard SourceImage.isSource(try source.manifest(nil)) else {
            throw CommandError("\(arguments.positionals[0]): the image is not a source image")
        }
        let registries = try RegistryFlags.access(arguments, session)
        let destination = try ImageLocationResolver.destination(
            SourceLocation.qualified(arguments.positionals[1]), registries)
        var options = CopyOptions()
        options.layers = .unchanged
        if let file = arguments.string("digestfile") { options.announce = try OutputFile.digestWriter(file) }
        let rendering = ProgressRendering(steps: nil, copies: arguments.bool("quiet") ? nil : .error)
        try ImageCopier(options, report: rendering.handler).copy(source, to: destination)
        return 0
    }
}

/// The registry's side of `source pull` and `source push`.
private enum SourceLocation {
    /// A name without a transport is one in a registry.
    static func qualified(_ text: String) -> String {
        TransportReference(parsing: text) == nil ? "docker://\(text)" : text
    }
}
