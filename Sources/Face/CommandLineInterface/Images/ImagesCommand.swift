import CommandLineGrammar
import ContainerStore
import ContentDigest
import JSONText
import LinuxSystem
import OutputTemplates

/// `images`: lists the images in the store.
enum ImagesCommand: Command {
    static let grammar = CommandGrammar(
        "images", summary: "List images in local storage", usage: "images [options] [IMAGE]",
        flags: [
            .bool("all", short: "a", help: "show all images, including intermediate images from a build"),
            .bool("digests", help: "show digests"),
            Flag(
                "filter", short: "f", .stringSlice, placeholder: "KEY=VALUE",
                help: "filter output based on conditions provided"),
            .bool("json", help: "output in JSON format"),
            .bool("noheading", short: "n", help: "do not print column headings"),
            .bool("no-trunc", aliases: ["notruncate"], help: "do not truncate output"),
            .bool("quiet", short: "q", help: "display only image IDs"),
            .bool("history", help: "display the image name history"),
            .string("format", help: "pretty-print images using a Go template"),
        ], flagsFirst: true)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        if arguments.bool("all"), !arguments.positionals.isEmpty {
            throw CommandError("when using the --all switch, you may not pass any images names or IDs")
        }
        guard arguments.positionals.count <= 1 else {
            throw CommandError("'\(session.calledAs) images' requires at most 1 argument")
        }
        let format = try arguments.string("format").map {
            try OutputFormat(parsing: $0, name: "image", alignsColumns: session.calledAs != "podman")
        }
        let store = try session.openStore()
        let showsAll = arguments.bool("all") || !arguments.positionals.isEmpty
        // Others may remove images and layers while these are looked at.
        var listings = try store.consistently {
            let filter = try ImageFilter(arguments.strings("filter"), in: store)
            return try Self.listings(named: arguments.positionals.first, in: store).filter {
                filter.matches($0, showsAll: showsAll)
            }
        }
        if arguments.bool("json") || format.isJSON {
            // In the order of the store, as in Buildah.
            session.write(String(decoding: json(listings, arguments).serialized(pretty: true), as: UTF8.self) + "\n")
            return 0
        }
        listings.sort { $0.created > $1.created }
        if arguments.bool("quiet") {
            var seen: Set<String> = []
            for listing in listings where seen.insert(listing.record.id).inserted {
                session.printLine(identifier(of: listing, arguments))
            }
        } else if let format, !format.isPlainTable {
            let rows = listings.map { row($0, arguments) }
            session.write(
                try format.render(
                    rows, headers: ["ID": "IMAGE ID", "CreatedSince": "CREATED", "Name": "REPOSITORY"],
                    isHeaded: !arguments.bool("noheading"),
                    table: session.calledAs == "podman" ? TableWriter() : TableWriter(minimumWidth: 0, padding: 3)))
        } else {
            table(listings, arguments).lines.forEach(session.printLine)
        }
        return 0
    }

    /// The fields of an image for templates.
    private static func row(_ listing: ImageListing, _ arguments: ParsedArguments) -> JSONValue {
        let age = HumanUnits.age(since: listing.created, now: Clock.now())
        var row = JSONObject()
        row["ID"] = .string(identifier(of: listing, arguments))
        row["Name"] = .string(listing.repository)
        row["Repository"] = .string(listing.repository)
        row["Tag"] = .string(listing.tag)
        row["Digest"] = .string(listing.record.digest?.description ?? "<none>")
        row["CreatedAt"] = .string(age)
        row["CreatedSince"] = .string(age)
        row["Created"] = .integer(listing.created.seconds)
        row["CreatedAtRaw"] = .string(HumanUnits.time(listing.created))
        row["Size"] = .string(HumanUnits.imageSize(listing.size))
        row["ReadOnly"] = .bool(listing.record.isReadOnly)
        row["History"] = .string(listing.history)
        row["Names"] = .array(listing.record.names.map { .string($0) })
        return .object(row)
    }

    /// The images with a name, or all.
    static func listings(named name: String?, in store: ContainerStore) throws -> [ImageListing] {
        if let name { return try named(name, in: store) }
        return try store.images().flatMap { try ImageListing.listings(of: $0, in: store) }
    }

    private static func named(_ name: String, in store: ContainerStore) throws -> [ImageListing] {
        // A name without a tag matches every tag of the repository.
        let everything = try store.images().flatMap { try ImageListing.listings(of: $0, in: store) }
        let matching = everything.filter { $0.repository == name || $0.repository.hasSuffix("/" + name) }
        if let found = try store.findImage(name), found.name != nil || matching.isEmpty {
            let all = try ImageListing.listings(of: found.image, in: store)
            guard let match = found.name, let reference = all.first(where: { "\($0.repository):\($0.tag)" == match })
            else {
                return all
            }
            return [reference]
        }
        if matching.isEmpty { throw CommandError("\(name): image not known") }
        return matching
    }

    private static func identifier(of listing: ImageListing, _ arguments: ParsedArguments) -> String {
        arguments.bool("no-trunc") ? "sha256:\(listing.record.id)" : String(listing.record.id.prefix(12))
    }

    private static func table(_ listings: [ImageListing], _ arguments: ParsedArguments) -> TextTable {
        var header = ["REPOSITORY", "TAG"]
        if arguments.bool("digests") { header.append("DIGEST") }
        header += ["IMAGE ID", "CREATED", "SIZE"]
        if arguments.bool("history") { header.append("HISTORY") }
        var table = TextTable(header: arguments.bool("noheading") ? nil : header)
        let now = Clock.now()
        for listing in listings {
            var row = [listing.repository, listing.tag]
            if arguments.bool("digests") { row.append(listing.record.digest?.description ?? "<none>") }
            row += [
                identifier(of: listing, arguments), HumanUnits.age(since: listing.created, now: now),
                HumanUnits.imageSize(listing.size),
            ]
            if arguments.bool("history") { row.append(listing.history) }
            table.add(row)
        }
        return table
    }

    private static func json(_ listings: [ImageListing], _ arguments: ParsedArguments) -> JSONValue {
        var seen: Set<String> = []
        let now = Clock.now()
        return .array(
            listings.filter { seen.insert($0.record.id).inserted }.map { listing in
                var object = JSONObject()
                object["id"] = .string(identifier(of: listing, arguments))
                object["names"] =
                    listing.record.names.isEmpty ? .null : .array(listing.record.names.map { .string($0) })
                object["digest"] = .string(listing.record.digest?.description ?? "")
                object["createdat"] = .string(HumanUnits.age(since: listing.created, now: now))
                object["size"] = .string(HumanUnits.imageSize(listing.size))
                object["created"] = .integer(listing.created.seconds)
                object["createdatraw"] = .string(Clock.rfc3339(listing.created))
                object["readonly"] = .bool(listing.record.isReadOnly)
                let former = arguments.bool("history") ? listing.record.formerNames : []
                object["history"] = former.isEmpty ? .null : .array(former.map { .string($0) })
                return .object(object)
            })
    }
}
