import CommandLineGrammar
import ContainerStore
import JSONText
import OutputTemplates
import WorkingContainers

/// `containers`, also `ps`: lists the working containers of the store.
enum ContainersCommand: Command {
    static let grammar = CommandGrammar(
        "containers", aliases: ["list", "ls", "ps"], summary: "List working containers and their base images",
        usage: "containers [options]",
        flags: [
            .bool("all", short: "a", help: "also list non-buildah containers"),
            .string("filter", short: "f", help: "filter output based on conditions provided"),
            .string("format", help: "pretty-print containers using a Go template"),
            .bool("json", help: "output in JSON format"),
            .bool("noheading", short: "n", help: "do not print column headings"),
            .bool("notruncate", aliases: ["no-trunc"], help: "do not truncate output"),
            .bool("quiet", short: "q", help: "display only container IDs"),
        ], flagsFirst: true)

    /// A line of the list.
    private struct Line {
        let id: String
        let isOurs: Bool
        let imageID: String
        let imageName: String
        let name: String
    }

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard arguments.positionals.isEmpty else {
            throw CommandError("'\(session.calledAs) containers' does not accept arguments")
        }
        let format = try arguments.string("format").map {
            try OutputFormat(parsing: $0, name: "container", alignsColumns: true)
        }
        let store = try session.openStore()
        let filter = try arguments.string("filter").map { try ContainerFilter($0) }
        let lines = try lines(all: arguments.bool("all"), store).filter { line in
            filter?.matches(id: line.id, name: line.name, imageID: line.imageID, imageName: line.imageName) ?? true
        }
        if arguments.bool("json") || format.isJSON {
            let array = JSONValue.array(lines.map(json))
            session.printLine(lines.isEmpty ? "null" : array.serializedString(pretty: true))
        } else if arguments.bool("quiet") {
            lines.forEach { session.printLine($0.id) }
        } else if let format, !format.isPlainTable {
            session.write(
                try format.render(
                    lines.map(row), isHeaded: !arguments.bool("noheading"),
                    table: TableWriter(minimumWidth: 0, padding: 3)))
        } else {
            session.write(table(lines, arguments))
        }
        return 0
    }

    private static func lines(all: Bool, _ store: ContainerStore) throws -> [Line] {
        let ours = try WorkingContainer.all(in: store)
        var images: [String: String] = [:]
        for image in try store.images() { images[image.id] = image.names.first ?? "<none>" }
        func name(of image: String, otherwise: String) -> String {
            image.isEmpty ? "scratch" : images[image] ?? otherwise
        }
        return try store.containers().compactMap { record in
            let container = ours.first { $0.id == record.id }
            if container == nil, !all { return nil }
            return Line(
                id: record.id, isOurs: container != nil, imageID: record.image,
                imageName: name(of: record.image, otherwise: container?.imageName ?? ""),
                name: record.names.first ?? "")
        }
    }

    private static func json(_ line: Line) -> JSONValue {
        [
            "id": .string(line.id), "builder": .bool(line.isOurs), "imageid": .string(line.imageID),
            "imagename": .string(line.imageName), "containername": .string(line.name),
        ]
    }

    private static func row(_ line: Line) -> JSONValue {
        [
            "ContainerID": .string(line.id), "Builder": .string(line.isOurs ? "   *" : ""),
            "ImageID": .string(line.imageID), "ImageName": .string(line.imageName),
            "ContainerName": .string(line.name),
        ]
    }

    /// Uses Buildah's fixed column widths.
    private static func table(_ lines: [Line], _ arguments: ParsedArguments) -> String {
        let whole = arguments.bool("notruncate")
        let width = whole ? 64 : 12
        func row(_ id: String, _ mark: String, _ image: String, _ imageName: String, _ name: String) -> String {
            let cells = [
                pad(String(id.prefix(width)), width) + (whole ? "" : " "), pad(mark, 8),
                pad(String(image.prefix(width)), width), pad(whole ? imageName : String(imageName.prefix(32)), 32),
                name,
            ]
            return cells.joined(separator: " ") + "\n"
        }
        var text =
            arguments.bool("noheading")
            ? "" : row("CONTAINER ID", "BUILDER", "IMAGE ID", "IMAGE NAME", "CONTAINER NAME")
        for line in lines { text += row(line.id, line.isOurs ? "   *" : "", line.imageID, line.imageName, line.name) }
        return text
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

/// The condition of `containers --filter`.
struct ContainerFilter {
    private enum Key: String {
        case id, name, ancestor
    }

    private let key: Key
    private let value: String

    init(_ text: String) throws {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            throw CommandError(
                "parsing filter: incorrect filter value \"\(text)\", should be of form filter=value")
        }
        guard let key = Key(rawValue: parts[0]) else {
            throw CommandError("parsing filter: invalid filter \"\(parts[0])\"")
        }
        self.key = key
        value = parts[1]
    }

    func matches(id: String, name: String, imageID: String, imageName: String) -> Bool {
        switch key {
        case .id: id.contains(value)
        case .name: name.contains(value)
        case .ancestor: imageID.contains(value) || imageName.contains(value)
        }
    }
}
