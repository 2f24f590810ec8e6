import BuildCaches
import CacheTransfer
import CommandLineGrammar
import ContainerStore
import LinuxSystem

/// `cache ls`: lists the cache mounts of builds.
enum CacheListCommand: Command {
    static let grammar = CommandGrammar(
        "ls", aliases: ["list"], summary: "List cache mounts", usage: "ls [options]",
        flags: [
            .bool("noheading", short: "n", help: "do not print column headings"),
            .bool("quiet", short: "q", help: "display only the names of the directories"),
        ], arguments: .none)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let mounts = try CacheMountIndex(try session.openStore()).list()
        if arguments.bool("quiet") {
            for mount in mounts { session.printLine(mount.name) }
            return 0
        }
        let now = Clock.now()
        var table = TextTable(header: arguments.bool("noheading") ? nil : ["ID", "NAME", "SIZE", "LAST USED"])
        for mount in mounts {
            table.add([
                mount.id ?? "<none>", String(mount.name.prefix(12)), HumanUnits.compactSize(mount.size),
                HumanUnits.age(since: mount.lastUsed, now: now),
            ])
        }
        table.lines.forEach(session.printLine)
        return 0
    }
}

/// `cache rm`: removes cache mounts.
enum CacheRemoveCommand: Command {
    static let grammar = CommandGrammar(
        "rm", aliases: ["remove"], summary: "Remove cache mounts", usage: "rm CACHE [CACHE...]",
        arguments: .atLeast(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let index = CacheMountIndex(try session.openStore())
        for text in arguments.positionals {
            let mount = try CacheMountName.find(text, in: index.list())
            guard try index.remove(mount.name) else { throw CommandError("the cache mount \(text) is being used") }
            session.printLine(mount.name)
        }
        return 0
    }
}

/// `cache export`: writes a cache mount to a registry or a layout.
enum CacheExportCommand: Command {
    static let grammar = CommandGrammar(
        "export", summary: "Write a cache mount to a registry or an OCI layout",
        details: """
            The destination is REPOSITORY:TAG or oci:PATH[:NAME]. Only what has changed since the last export to the same
            name is sent.
            """,
        usage: "export [options] CACHE DESTINATION", flags: [CacheMountName.limit] + RegistryFlags.standard,
        arguments: .exactly(2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let place = try MountPlace(parsing: arguments.positionals[1])
        let limit = try CacheMountName.limit(arguments)
        let store = try session.openStore()
        let access = try RegistryFlags.access(arguments, session, store: store)
        let mount = try CacheMountName.find(arguments.positionals[0], in: CacheMountIndex(store).list())
        let summary = try MountExport(from: store, limit: limit).write(
            mount.name, id: mount.id ?? mount.name, to: place.destination(access), previous: try? place.source(access))
        session.printLine(
            "\(place): \(HumanUnits.compactSize(summary.size)), \(summary.sent) of \(summary.chunks) chunks sent")
        return 0
    }
}

/// `cache import`: brings a cache mount from a registry or a layout.
enum CacheImportCommand: Command {
    static let grammar = CommandGrammar(
        "import", summary: "Bring a cache mount from a registry or an OCI layout",
        details: "The source is REPOSITORY:TAG or oci:PATH[:NAME], as written by export.",
        usage: "import [options] SOURCE",
        flags: [
            .bool("replace", help: "replace the cache mount if there is one already"), CacheMountName.limit,
            SignaturePolicyFlag.flag,
        ] + RegistryFlags.standard, arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let place = try MountPlace(parsing: arguments.positionals[0])
        let limit = try CacheMountName.limit(arguments)
        let store = try session.openStore()
        let source = try place.source(try RegistryFlags.access(arguments, session, store: store))
        let artifact = try MountImport.read(
            source, admission: try SignaturePolicyFlag.admission(arguments, session))
        if !arguments.bool("replace"), Files.exists(CacheMountIndex(store).path(of: artifact.name)) {
            throw CommandError("there is a cache mount \(artifact.id) already: add --replace")
        }
        try MountImport(into: store, limit: limit).bring(artifact, from: source)
        session.printLine(artifact.name)
        return 0
    }
}

/// How commands name cache mounts.
enum CacheMountName {
    static let limit = Flag.string("limit", "size", default: "10GB", help: "fail for a cache mount above this size")

    static func limit(_ arguments: ParsedArguments) throws -> Int64 {
        try arguments.string("limit").map { try CacheLimitFlags.size($0, "limit") } ?? CacheFlag.defaultMountLimit
    }

    /// The cache mount with an id, or with a directory's name that begins like this.
    static func find(_ text: String, in mounts: [CacheMountIndex.Entry]) throws -> CacheMountIndex.Entry {
        let named = mounts.filter { $0.id == text }
        let found = named.isEmpty ? mounts.filter { !text.isEmpty && $0.name.hasPrefix(text) } : named
        guard let first = found.first else { throw CommandError("there is no cache mount \(text)") }
        guard found.count == 1 else {
            throw CommandError(
                "several cache mounts are called \(text), for different owners: use one of the names "
                    + found.map(\.name).joined(separator: ", "))
        }
        return first
    }
}
