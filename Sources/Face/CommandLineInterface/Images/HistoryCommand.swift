import CommandLineGrammar
import ContainerStore
import ImageModel
import JSONText
import LinuxSystem
import ManifestLists
import OutputTemplates
import WorkingContainers

/// `history`: shows how an image was created, latest step first.
enum HistoryCommand: Command {
    static let grammar = CommandGrammar(
        "history", summary: "Show the history of an image", usage: "history [options] IMAGE",
        flags: [
            .bool("no-trunc", aliases: ["notruncate"], help: "do not truncate the output"),
            .bool("quiet", short: "q", help: "display the numeric IDs only"),
            .bool("human", short: "H", default: true, help: "display sizes and dates in human readable format"),
            .bool("json", help: "output in JSON format"),
            .string("format", help: "json, or a Go template"),
            .bool("dockerfile", help: "print a Dockerfile that rebuilds the image, which may be behind any transport"),
            .string("base", "image", help: "base image, for --dockerfile"),
        ] + RegistryFlags.access, arguments: .exactly(1))

    private struct Line {
        let id: String
        let entry: History
        let size: Int64
    }

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let format = try arguments.string("format").map { try OutputFormat(parsing: $0, name: "history") }
        let isDockerfile = arguments.bool("dockerfile")
        for flag in ["json", "format", "quiet", "no-trunc", "human"] where isDockerfile && arguments.wasSet(flag) {
            throw CommandError("--dockerfile and --\(flag) can't be used together")
        }
        if arguments.wasSet("base"), !isDockerfile { throw CommandError("--base requires --dockerfile") }
        let store = try session.openStore()
        if isDockerfile {
            try DockerfilePrinting(store: store, arguments: arguments, session: session).print(
                arguments.positionals[0], base: arguments.string("base"))
            return 0
        }
        guard let found = try store.image(arguments.positionals[0]) else {
            throw CommandError("\(arguments.positionals[0]): image not known")
        }
        let record = try ManifestList.image(behind: found, in: store)
        let image = try StoredImage(record, in: store)
        var sizes = try record.topLayer.map { try store.layerChain($0) }?.map(\.diffSize) ?? []
        var lines: [Line] = []
        for (index, entry) in (image.config.history ?? []).reversed().enumerated() {
            let size = entry.emptyLayer == true || sizes.isEmpty ? 0 : sizes.removeFirst()
            lines.append(Line(id: index == 0 ? record.id : "<missing>", entry: entry, size: size))
        }
        if arguments.bool("json") || format.isJSON {
            session.printLine(String(decoding: json(lines).serialized(pretty: true), as: UTF8.self))
        } else if arguments.bool("quiet") {
            lines.forEach { session.printLine(shortened($0.id, arguments)) }
        } else if let format, !format.isPlainTable {
            session.write(
                try format.render(lines.map { row($0, arguments) }, headers: ["CreatedSince": "CREATED"]))
        } else {
            table(lines, arguments).lines.forEach(session.printLine)
        }
        return 0
    }

    /// The fields of a step for templates.
    private static func row(_ line: Line, _ arguments: ParsedArguments) -> JSONValue {
        let time = line.entry.created.flatMap(Clock.parseRFC3339)
        var by = line.entry.createdBy ?? ""
        if !arguments.bool("no-trunc"), by.count > 45 { by = by.prefix(42) + "..." }
        return [
            "ID": .string(shortened(line.id, arguments)), "CreatedAt": .string(line.entry.created ?? ""),
            "Created": .string(time.map { HumanUnits.age(since: $0, now: Clock.now()) } ?? ""),
            "CreatedSince": .string(time.map { HumanUnits.age(since: $0, now: Clock.now()) } ?? ""),
            "CreatedBy": .string(by),
            "Size": .string(arguments.bool("human") ? HumanUnits.size(line.size) : "\(line.size)"),
            "Comment": .string(line.entry.comment ?? ""),
        ]
    }

    private static func shortened(_ id: String, _ arguments: ParsedArguments) -> String {
        arguments.bool("no-trunc") ? id : String(id.prefix(12))
    }

    private static func table(_ lines: [Line], _ arguments: ParsedArguments) -> TextTable {
        var table = TextTable(header: ["ID", "CREATED", "CREATED BY", "SIZE", "COMMENT"])
        let now = Clock.now()
        for line in lines {
            let time = line.entry.created.flatMap(Clock.parseRFC3339)
            var by = String((line.entry.createdBy ?? "").map { $0.isNewline || $0 == "\t" ? " " : $0 })
            if !arguments.bool("no-trunc"), by.count > 45 { by = by.prefix(42) + "..." }
            table.add([
                shortened(line.id, arguments),
                arguments.bool("human")
                    ? time.map { HumanUnits.age(since: $0, now: now) } ?? "" : line.entry.created ?? "",
                by, arguments.bool("human") ? HumanUnits.size(line.size) : "\(line.size)", line.entry.comment ?? "",
            ])
        }
        return table
    }

    private static func json(_ lines: [Line]) -> JSONValue {
        .array(
            lines.map { line in
                var object = JSONObject()
                object["id"] = .string(line.id)
                object["created"] = .string(line.entry.created ?? "")
                object["CreatedBy"] = .string(line.entry.createdBy ?? "")
                object["size"] = .integer(line.size)
                object["comment"] = .string(line.entry.comment ?? "")
                object["emptyLayer"] = .bool(line.entry.emptyLayer == true)
                return .object(object)
            })
    }
}
