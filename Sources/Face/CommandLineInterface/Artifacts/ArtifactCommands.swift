import CommandLineGrammar
import ContainerStore
import ContentDigest
import ImageCopy
import ImageModel
import JSONText
import LinuxSystem
import OutputTemplates

/// `artifact add`: stores files as an artifact.
enum ArtifactAddCommand: Command {
    static let grammar = CommandGrammar(
        "add", summary: "Add an OCI artifact to the local store", usage: "add [options] ARTIFACT PATH [PATH...]",
        flags: [
            Flag("annotation", .stringArray, placeholder: "annotation", help: "set an annotation for the files"),
            .bool("append", short: "a", help: "append files to an existing artifact"),
            .string("file-type", "type", help: "media type of the files, instead of the detected one"),
            .bool("replace", help: "replace an existing artifact"),
            .string("type", "type", help: "type of the artifact"),
        ], arguments: .atLeast(2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        func text(_ flag: String) -> String? { arguments.string(flag).flatMap { $0.isEmpty ? nil : $0 } }
        var addition = ArtifactStore.Addition()
        (addition.isAppending, addition.isReplacing) = (arguments.bool("append"), arguments.bool("replace"))
        (addition.type, addition.fileType) = (text("type"), text("file-type"))
        guard !(addition.isAppending && addition.isReplacing) else {
            throw CommandError("--append and --replace options cannot be used together")
        }
        guard !addition.isAppending || addition.type == nil else {
            throw CommandError("append option is not compatible with type option")
        }
        for note in arguments.strings("annotation") {
            let (key, value) = KeyValueFlag.split(note)
            guard let value else { throw CommandError("no value given for annotation \(key.goQuoted)") }
            addition.annotations[key] = value
        }
        let name = try ArtifactStore.name(arguments.positionals[0])
        let store = ArtifactStore(graphRoot: try session.openStore().layout.graphRoot)
        let digest = try store.add(Array(arguments.positionals.dropFirst()), as: name, addition)
        session.printLine(digest.hex)
        return 0
    }
}

/// `artifact ls`: lists the artifacts of the store.
enum ArtifactListCommand: Command {
    static let grammar = CommandGrammar(
        "ls", summary: "List OCI artifacts", usage: "ls [options]",
        flags: [
            .string("format", help: "format the output as JSON or with a Go template"),
            .bool("no-trunc", aliases: ["notruncate"], help: "do not truncate output"),
            .bool("noheading", short: "n", help: "do not print column headings"),
        ], arguments: .none)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let format = try arguments.string("format").map { try OutputFormat(parsing: $0, name: "ls") }
        let artifacts = try ArtifactStore(graphRoot: try session.openStore().layout.graphRoot).list()
        let rows = artifacts.map { row($0, isTruncated: !arguments.bool("no-trunc")) }
        if format.isJSON {
            session.printLine(JSONValue.array(rows).serializedString(pretty: true))
            return 0
        }
        var shown = format
        if format == nil || format.map(\.isPlainTable) == true {
            shown = try OutputFormat(
                parsing: "table {{.Repository}}\\t{{.Tag}}\\t{{.Digest}}\\t{{.Created}}\\t{{.Size}}", name: "ls")
        }
        session.write(try shown?.render(rows, isHeaded: !arguments.bool("noheading")) ?? "")
        return 0
    }

    private static func row(_ artifact: StoredArtifact, isTruncated: Bool) -> JSONValue {
        let name = try? ImageReference(parsing: artifact.name)
        let created = artifact.manifest.annotations?[ArtifactStore.created].flatMap { Clock.parseRFC3339($0) }
        let hex = artifact.digest.hex
        return [
            "Repository": .string(name?.name ?? artifact.name), "Tag": .string(name?.tag ?? ""),
            "Digest": .string(isTruncated ? String(hex.prefix(12)) : hex),
            "Created": .string(created.map { HumanUnits.age(since: $0, now: Clock.now()) } ?? ""),
            "CreatedAt": .string(created.map { HumanUnits.goTime($0) } ?? ""),
            "Size": .string(HumanUnits.size(artifact.size)), "VirtualSize": .string("\(artifact.size)"),
        ]
    }
}

/// `artifact inspect`: shows an artifact's manifest.
enum ArtifactInspectCommand: Command {
    static let grammar = CommandGrammar(
        "inspect", summary: "Inspect an OCI artifact", usage: "inspect [options] ARTIFACT",
        flags: [.string("format", short: "f", help: "format the output as JSON or with a Go template")],
        arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let format = try arguments.string("format").map { try OutputFormat(parsing: $0, name: "inspect") }
        let store = ArtifactStore(graphRoot: try session.openStore().layout.graphRoot)
        let artifact = try store.find(arguments.positionals[0])
        let value: JSONValue = [
            "Manifest": try JSONValue(parsing: artifact.raw.bytes), "Name": .string(artifact.name),
            "Digest": .string(artifact.digest.description),
        ]
        guard let format, !Optional(format).isJSON, !format.isPlainTable else {
            session.printLine(value.serializedString(pretty: true))
            return 0
        }
        var fields = value
        fields["TotalSizeBytes"] = .integer(artifact.size)
        fields["Artifact"] = value
        session.write(try format.render([fields]))
        return 0
    }
}

/// `artifact rm`: removes artifacts.
enum ArtifactRemoveCommand: Command {
    static let grammar = CommandGrammar(
        "rm", summary: "Remove one or more OCI artifacts", usage: "rm [options] ARTIFACT [ARTIFACT...]",
        flags: [
            .bool("all", short: "a", help: "remove all artifacts"),
            .bool("ignore", short: "i", help: "ignore artifacts that do not exist"),
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let isAll = arguments.bool("all")
        guard !isAll || arguments.positionals.isEmpty else {
            throw CommandError("when using the --all switch, you may not pass any artifact names or digests")
        }
        guard isAll || !arguments.positionals.isEmpty else {
            throw CommandError("at least one artifact name or digest must be specified")
        }
        let store = ArtifactStore(graphRoot: try session.openStore().layout.graphRoot)
        let chosen =
            try isAll
            ? store.list()
            : arguments.positionals.compactMap { text in
                do {
                    return try store.find(text)
                } catch let error as CopyError where error.code == .noSuchImage && arguments.bool("ignore") {
                    return nil
                }
            }
        for artifact in chosen {
            try store.remove(artifact)
            session.printLine(artifact.digest.hex)
        }
        return 0
    }
}
