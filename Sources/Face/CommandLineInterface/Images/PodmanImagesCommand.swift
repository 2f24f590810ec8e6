import CommandLineGrammar
import ContainerStore
import ContentDigest
import ImageModel
import JSONText
import LinuxSystem
import OutputTemplates
import WorkingContainers

/// `podman images`, also `podman image ls`: lists the images in the store, with Podman's columns and fields.
enum PodmanImagesCommand: Command {
    static let grammar = CommandGrammar(
        "images", summary: "List images in local storage", usage: "images [options] [IMAGE]",
        flags: [
            .bool("all", short: "a", help: "show all images (default hides intermediate images)"),
            .bool("digests", help: "show digests"),
            Flag(
                "filter", short: "f", .stringSlice, placeholder: "KEY=VALUE",
                help: "filter output based on conditions provided"),
            .string("format", help: "change the output format to JSON or a Go template"),
            .bool("history", help: "display the image name history"),
            .bool("no-trunc", aliases: ["notruncate"], help: "do not truncate output"),
            .bool("noheading", short: "n", help: "do not print column headings"),
            .bool("quiet", short: "q", help: "display only image IDs"),
            .string("sort", default: "created", help: "sort by: created, id, repository, size, tag"),
        ], arguments: .atMost(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        if arguments.bool("quiet"), arguments.wasSet("format") {
            throw CommandError("quiet and format are mutually exclusive")
        }
        let store = try session.openStore()
        let format = try arguments.string("format").map { try OutputFormat(parsing: $0, name: "images") }
        // Others may remove images and layers while these are looked at.
        let (listings, values) = try store.consistently {
            let filter = try ImageFilter(arguments.strings("filter"), in: store)
            let all = try ImagesCommand.listings(named: arguments.positionals.first, in: store)
            let listings = try sorted(all.filter { filter.matches($0) }, arguments)
            var seen: Set<String> = []
            let once = format.isJSON ? listings.filter { seen.insert($0.record.id).inserted } : []
            return (listings, try once.map { try json($0, store) })
        }
        if format.isJSON {
            session.printLine(JSONValue.array(values).serializedString(pretty: true))
        } else if arguments.bool("quiet") {
            var seen: Set<String> = []
            for listing in listings where seen.insert(listing.record.id).inserted {
                session.printLine(identifier(of: listing, arguments))
            }
        } else {
            var shown = format
            if format == nil || format.map(\.isPlainTable) == true {
                shown = try OutputFormat(parsing: tableTemplate(arguments), name: "images")
            }
            let headers = ["ID": "IMAGE ID", "CreatedSince": "CREATED", "Created": "CREATED"]
            session.write(
                try shown?.render(
                    listings.map { try row($0, arguments, store) }, headers: headers,
                    isHeaded: !arguments.bool("noheading")) ?? "")
        }
        return 0
    }

    private static func tableTemplate(_ arguments: ParsedArguments) -> String {
        var columns = ["{{.Repository}}", "{{.Tag}}"]
        if arguments.bool("digests") { columns.append("{{.Digest}}") }
        columns += ["{{.ID}}", "{{.Created}}", "{{.Size}}"]
        if arguments.bool("history") { columns.append("{{.History}}") }
        return "table " + columns.joined(separator: "\\t")
    }

    private static func sorted(_ listings: [ImageListing], _ arguments: ParsedArguments) throws -> [ImageListing] {
        switch arguments.string("sort") {
        case "created": listings.sorted { $0.created > $1.created }
        case "id": listings.sorted { $0.record.id < $1.record.id }
        case "repository": listings.sorted { ($0.repository, $0.tag) < ($1.repository, $1.tag) }
        case "size": listings.sorted { $0.size < $1.size }
        case "tag": listings.sorted { ($0.tag, $0.repository) < ($1.tag, $1.repository) }
        case let other: throw CommandError("\"\(other ?? "")\" is not a valid field for sorting")
        }
    }

    private static func identifier(of listing: ImageListing, _ arguments: ParsedArguments) -> String {
        arguments.bool("no-trunc") ? "sha256:\(listing.record.id)" : String(listing.record.id.prefix(12))
    }

    /// The fields of an image for templates.
    private static func row(
        _ listing: ImageListing, _ arguments: ParsedArguments, _ store: ContainerStore
    ) throws -> JSONValue {
        let age = HumanUnits.age(since: listing.created, now: Clock.now())
        let fields: JSONObject = [
            "ID": .string(identifier(of: listing, arguments)), "Id": .string(listing.record.id),
            "Repository": .string(listing.repository), "Tag": .string(listing.tag),
            "Digest": .string(listing.record.digest?.description ?? "<none>"), "Created": .string(age),
            "CreatedSince": .string(age),
            "CreatedAt": .string(HumanUnits.goTime(FileTime(seconds: listing.created.seconds))),
            "Size": .string(HumanUnits.size(listing.size)), "VirtualSize": .integer(listing.size),
            "History": .string(listing.record.namesHistory.joined(separator: ", ")),
            "RepoTags": .array(listing.record.names.map { .string($0) }), "ReadOnly": .bool(listing.record.isReadOnly),
            "Names": .array(listing.record.names.map { .string($0) }), "Dangling": .bool(listing.record.names.isEmpty),
        ]
        // The others are in more files, which most templates do not need.
        let others = ["Labels", "Containers", "RepoDigests", "ParentId", "SharedSize"]
        guard let text = arguments.string("format"), others.contains(where: { text.contains(".\($0)") }) else {
            return .object(fields)
        }
        let all = try json(listing, store).object ?? JSONObject()
        return .object(others.reduce(into: fields) { $0[$1] = all[$1] ?? .null })
    }

    private static func json(_ listing: ImageListing, _ store: ContainerStore) throws -> JSONValue {
        let record = listing.record
        func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
        let digest = record.digest?.description ?? ""
        let digests = record.names.compactMap { name in
            (try? ImageReference(parsing: name)).map { "\($0.name)@\(digest)" }
        }
        // A manifest list has no labels.
        let labels = (try? StoredImage(record, in: store))?.containerConfig.labels
        let users = try store.containers().filter { $0.image == record.id }.count
        var value = JSONObject()
        value["Id"] = .string(record.id)
        value["ParentId"] = ""
        value["RepoTags"] = record.names.isEmpty ? .null : texts(record.names)
        value["RepoDigests"] = texts(digests.reduce(into: []) { if !$0.contains($1) { $0.append($1) } })
        value["Size"] = .integer(listing.size)
        value["SharedSize"] = 0
        value["VirtualSize"] = .integer(listing.size)
        value["Labels"] =
            labels.map { .object(JSONObject($0.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })) }
            ?? .null
        value["Containers"] = .integer(Int64(users))
        if record.names.isEmpty { value["Dangling"] = true }
        value["Names"] = texts(record.names)
        value["Digest"] = .string(digest)
        value["History"] = texts(record.namesHistory)
        value["Created"] = .integer(listing.created.seconds)
        value["CreatedAt"] = .string(Clock.rfc3339(FileTime(seconds: listing.created.seconds)))
        return .object(value)
    }
}
