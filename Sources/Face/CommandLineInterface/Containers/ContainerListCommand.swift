import CommandLineGrammar
import ContainerLifecycle
import ContainerStore
import JSONText
import LinuxSystem
import OutputTemplates
import WorkingContainers

/// `container ps`, also `ls` and `list`: lists running containers, with `--all` all containers.
enum ContainerListCommand: Command {
    static let grammar = CommandGrammar(
        "ps", aliases: ["ls", "list"], summary: "List containers", usage: "ps [options]",
        flags: [
            .bool("all", short: "a", help: "show all the containers, default is only running containers"),
            .bool("external", help: "also show containers of other tools in the store"),
            .bool("storage", hidden: true, help: "also show containers of other tools in the store"),
            ContainerSelection.flag,
            .string("format", help: "pretty-print containers to JSON or using a Go template"),
            Flag("last", short: "n", .int, default: "-1", help: "print the n last created containers (all states)"),
            .bool("latest", short: "l", help: "show the latest container created (all states)"),
            .bool("no-trunc", aliases: ["notruncate"], help: "display the extended information"),
            .bool("noheading", help: "do not print headers"),
            .bool("quiet", short: "q", help: "print the numeric IDs of the containers only"),
            .bool("size", short: "s", help: "display the total file sizes"),
            .string(
                "sort", default: "created",
                help: "sort output by: command, created, id, image, names, runningfor, size, status"),
            .bool("sync", help: "sync container state with the runtime (always done)"),
            .bool("ns", hidden: true, help: "namespaces"), .bool("pod", short: "p", hidden: true, help: "pods"),
            .refused("watch", short: "w", "run the command repeatedly instead"),
        ], arguments: .none)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        for name in ["ns", "pod"] where arguments.bool(name) {
            throw CommandError("--\(name) is not supported: containers do not have this property")
        }
        let format = try arguments.string("format").map { try OutputFormat(parsing: $0, name: "ps") }
        let quiet = arguments.bool("quiet")
        if quiet, arguments.bool("size") || arguments.wasSet("format") {
            throw CommandError("quiet conflicts with size and format")
        }
        let store = try session.openStore(mounts: arguments.bool("size"))
        try ManagedContainer.sweep(store)
        let lines = try lines(arguments, store, sizes: arguments.bool("size") || arguments.string("sort") == "size")
        if quiet {
            for line in lines { session.printLine(arguments.bool("no-trunc") ? line.id : String(line.id.prefix(12))) }
        } else if format.isJSON {
            let value = JSONValue.array(lines.map { .object($0.json) })
            session.printLine(value.serializedString(pretty: true))
        } else if let format, !format.isPlainTable {
            session.write(
                try format.render(
                    lines.map { .object($0.row) }, headers: ContainerListLine.headers,
                    isHeaded: !arguments.bool("noheading")))
        } else {
            session.write(try table(lines, arguments))
        }
        return 0
    }

    private static func lines(
        _ arguments: ParsedArguments, _ store: ContainerStore, sizes: Bool
    ) throws -> [ContainerListLine] {
        let selection = try ContainerSelection(arguments.strings("filter"), in: store)
        let last = arguments.bool("latest") ? 1 : arguments.int("last") ?? -1
        let all = arguments.bool("all") || last >= 0 || selection.namesStates
        var containers = try ManagedContainer.all(in: store).filter { all || $0.isRunning }
        containers = containers.filter { selection.matches($0) }
        let order = ContainerListOrder(arguments.string("sort") ?? "created")
        guard let order else {
            throw CommandError("invalid sort field \"\(arguments.string("sort") ?? "")\"")
        }
        if last >= 0 {
            containers.sort { $0.record.created > $1.record.created }
            containers = Array(containers.prefix(last))
        }
        let context = ContainerListLine.Context(
            now: Clock.now(), isWhole: arguments.bool("no-trunc"), sizes: sizes, store: store)
        var lines = try containers.map { try ContainerListLine($0, context) }
        if arguments.bool("external") || arguments.bool("storage") {
            let ours = Set(try ManagedContainer.all(in: store).map(\.id))
            for record in try store.containers() where !ours.contains(record.id) {
                lines.append(try ContainerListLine(external: record, context))
            }
        }
        return lines.sorted { order.isAscending($0, $1) }
    }

    private static func table(_ lines: [ContainerListLine], _ arguments: ParsedArguments) throws -> String {
        var template =
            "table {{.ID}}\\t{{.Image}}\\t{{.Command}}\\t{{.CreatedHuman}}\\t{{.Status}}\\t{{.Ports}}\\t{{.Names}}"
        if arguments.bool("size") { template += "\\t{{.Size}}" }
        var headers = ContainerListLine.headers
        headers["CreatedHuman"] = "CREATED"
        return try OutputFormat(parsing: template, name: "ps").render(
            lines.map { .object($0.row) }, headers: headers, isHeaded: !arguments.bool("noheading"))
    }
}

/// The sort order of `--sort`.
enum ContainerListOrder: String {
    case command, created, id, image, names, runningfor, size, status

    init?(_ text: String) {
        guard let found = ContainerListOrder(rawValue: text) else { return nil }
        self = found
    }

    func isAscending(_ left: ContainerListLine, _ right: ContainerListLine) -> Bool {
        switch self {
        case .command: left.command.joined(separator: " ") < right.command.joined(separator: " ")
        case .created, .runningfor: left.created < right.created
        case .id: left.id < right.id
        case .image: left.image < right.image
        case .names: left.name < right.name
        case .size: left.ownSize < right.ownSize
        case .status: left.status < right.status
        }
    }
}
